import type { AlertRecord } from '#core/memory/record.ts';
import type { Channel } from '#core/policy/alerts.ts';
import type { Receiver } from './receiver.ts';
import { bearer, postJson, request } from './request.ts';

/** It ends an alert that nobody repeats after five minutes, unless told when it ends: until "over" comes, or for this long. */
const LASTS_SECONDS = 30 * 86_400;

/**
 * A Prometheus Alertmanager: one alert for each finding, the same labels each time, so that it knows what is the same.
 * @see https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
 */
export const alertmanager: Receiver<Extract<Channel, { kind: 'alertmanager' }>> = {
  send: async (channel, alert, tools) => {
    await postJson(
      `${base(channel.url)}/api/v2/alerts`,
      alert.keys.map((key) => alertOf(alert, key)),
      bearer(await tools.secret(channel.token)),
    );
  },
  arrived: async (channel, alert, tools) => {
    const filter = encodeURIComponent(`key=${JSON.stringify(alert.keys[0] ?? '')}`);
    const headers = bearer(await tools.secret(channel.token));
    const answer: unknown = JSON.parse(await request(`${base(channel.url)}/api/v2/alerts?filter=${filter}`, { method: 'GET', headers }));
    return Array.isArray(answer) && answer.length > 0 ? 'arrived' : 'missing';
  },
};

function alertOf({ severity, site, at, subject, text }: AlertRecord, key: string): Readonly<Record<string, unknown>> {
  const over = severity === 'over';
  return {
    labels: { alertname: /^HF-[A-Z0-9-]+/.exec(key)?.[0] ?? 'HF', site, key },
    annotations: { summary: subject, description: text, severity },
    ...(over ? {} : { startsAt: instant(at) }),
    endsAt: instant(over ? at : at + LASTS_SECONDS),
  };
}

function base(url: string): string {
  return url.replace(/\/+$/, '');
}

function instant(at: number): string {
  return Temporal.Instant.fromEpochMilliseconds(at * 1000).toString();
}
