import { createHmac } from 'node:crypto';
import type { AlertRecord } from '#core/memory/record.ts';
import type { Channel } from '#core/policy/alerts.ts';
import type { Receiver } from './receiver.ts';
import { request } from './request.ts';

type Webhook = Extract<Channel, { kind: 'webhook' }>;

/**
 * A POST with a body of the policy's own making, or a JSON object. Its id goes along, and with a secret a signature.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const webhook: Receiver<Webhook> = {
  send: async (channel, alert, tools) => {
    const body = channel.template === undefined ? JSON.stringify(plain(alert)) : filled(channel.template, alert);
    const secret = await tools.secret(channel.secret);
    // Of this try, not of the alert: who verifies the signature refuses what was sent more than minutes ago.
    const sentAt = tools.now();
    const headers = {
      'content-type': 'application/json',
      'webhook-id': alert.id,
      'webhook-timestamp': String(sentAt),
      ...(secret === undefined ? {} : { 'webhook-signature': signature(secret, `${alert.id}.${sentAt}.${body}`) }),
    };
    await request(await tools.address(channel.url), { method: 'POST', headers, body });
  },
};

function plain({ id, site, at, severity, subject, text, keys }: AlertRecord): Readonly<Record<string, unknown>> {
  return { id, site, at, severity, subject, text, keys };
}

/** Each name is replaced by its value as it stands inside a JSON text, so that no value can end the text it stands in. */
function filled(template: string, alert: AlertRecord): string {
  const values: Readonly<Record<string, string>> = {
    id: alert.id,
    site: alert.site,
    severity: alert.severity,
    subject: alert.subject,
    text: alert.text,
  };
  return template.replaceAll(/\{\{ *(\w+) *\}\}/g, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? whole : JSON.stringify(value).slice(1, -1);
  });
}

function signature(secret: string, signed: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}
