import { createTransport } from 'nodemailer';
import type { Channel } from '#core/policy/alerts.ts';
import type { Receiver } from './receiver.ts';

type Email = Extract<Channel, { kind: 'email' }>;

const WAIT_MS = 20_000;

/**
 * Mail. The connection is encrypted from the first byte (`smtps://`) or becomes so before anything is said (`smtp://`), but on loopback. The
 * Message-ID comes from the alert, so that a mail sent twice after a crash is one mail to every reader that knows ids.
 */
export const email: Receiver<Email> = {
  send: async (channel, alert, tools) => {
    const { hostname, port, protocol } = new URL(channel.server);
    const login = await tools.secret(channel.login);
    const secure = protocol === 'smtps:';
    const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
    const transport = createTransport({
      host: hostname.replaceAll(/[[\]]/g, ''),
      port: Number(port) || (secure ? 465 : 587),
      secure,
      requireTLS: !secure && !local,
      ignoreTLS: !secure && local,
      connectionTimeout: WAIT_MS,
      greetingTimeout: WAIT_MS,
      socketTimeout: WAIT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(login === undefined ? {} : { auth: userOf(login) }),
    });
    try {
      await transport.sendMail({
        from: channel.from,
        to: [...channel.to],
        subject: `[holdfast] ${alert.subject}`,
        text: alert.text,
        messageId: `<${alert.id}.${alert.channel}@holdfast.invalid>`,
        date: new Date(alert.at * 1000),
        headers: { 'Auto-Submitted': 'auto-generated' },
        ...(alert.severity === 'error' ? { priority: 'high' as const } : {}),
      });
    } catch (error) {
      const said = error instanceof Error ? error.message : 'nothing';
      throw new Error(`${hostname} did not take the mail: ${said}`, { cause: error });
    } finally {
      transport.close();
    }
  },
};

function userOf(login: string): { readonly user: string; readonly pass: string } {
  const colon = login.indexOf(':');
  if (colon < 1) throw new Error('the login of the mail server is not "user:password"');
  return { user: login.slice(0, colon), pass: login.slice(colon + 1) };
}
