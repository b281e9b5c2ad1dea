import type { z } from 'zod';
import type { Live } from '#app/live.ts';
import type { Alerts, Channel, Route } from '#core/policy/alerts.ts';
import type { Policy } from '#core/policy/policy.ts';
import { DEFAULT_SERVER } from '#core/policy/server.ts';
import { spellDuration } from '#core/units.ts';
import type { Api } from '../frame.ts';
import { settingsPage, type SettingsPage } from '../schema/watch.ts';

/** What only whoever started the process knows. */
type Started = {
  readonly listen: string;
  /** Where the memory lies, for people. */
  readonly where: string;
  readonly policyFile: () => Promise<string>;
  /** As it was at the start: how the server is reached is read then and never again. */
  readonly server: Policy['server'];
};

/** How this daemon runs. */
export function settingsRoutes(live: Live, { listen, where, policyFile, server = DEFAULT_SERVER }: Started): (api: Api) => void {
  return (api) =>
    api.route(
      {
        method: 'get',
        path: '/settings',
        role: 'viewer',
        tag: 'Settings',
        summary: 'How this daemon runs',
        description: 'No secret, only where each is read from; of an address that may be one, only the host.',
        answer: settingsPage,
      },
      async (): Promise<z.input<typeof settingsPage>> => {
        const { version, replica, startedAt, memoryTrouble } = live.watching();
        const { oidc, proxy, publicUrl, waitingSeconds } = server;
        return {
          version,
          replica,
          startedAt,
          listen,
          database: { where, ...(memoryTrouble !== undefined && { trouble: memoryTrouble }) },
          policyFile: await policyFile(),
          alerts: alertsInWords(live.policy().alerts),
          login: {
            ...(oidc && { oidc: oidc.issuer }),
            ...(proxy?.header !== undefined && { proxyHeader: proxy.header }),
            ...(publicUrl !== undefined && { publicUrl }),
          },
          waitingSeconds,
        };
      },
    );
}

/** Who is told what, as a person says it. */
export function alertsInWords(alerts: Alerts | undefined): SettingsPage['alerts'] {
  if (!alerts) return { channels: [], routes: [] };
  const { channels, routes, quiet, heartbeat } = alerts;
  return {
    channels: channels.map((channel) => ({ name: channel.name, kind: channel.kind, to: receiver(channel) })),
    routes: routes.map(routeInWords),
    ...(quiet && { quiet: `${wallTime(quiet.startMinute)} to ${wallTime(quiet.endMinute)} at the site, but for tier 1` }),
    ...(heartbeat && { heartbeat: `every ${spellDuration(heartbeat.everySeconds)}, to the address in ${heartbeat.url}` }),
  };
}

function receiver(channel: Channel): string {
  if (channel.kind === 'email') return `${channel.to.join(', ')} by ${URL.parse(channel.server)?.host ?? channel.server}`;
  // A path may be what nobody is to guess.
  return URL.parse(channel.url)?.origin ?? 'an address that cannot be read';
}

function routeInWords({ tiers, sites, owners, severity, to, also, repeatSeconds, digestMinute, escalate }: Route): string {
  const what = [
    severity === 'error' ? 'errors' : 'errors and warnings',
    ...(tiers ? [`of tier ${tiers.join(', ')}`] : []),
    ...(sites ? [`at ${sites.join(', ')}`] : []),
    ...(owners ? [`owned by ${owners.join(', ')}`] : []),
  ];
  const how = [
    ...(digestMinute === undefined ? [] : [`once a day at ${wallTime(digestMinute)}`]),
    ...(repeatSeconds === undefined ? [] : [`again every ${spellDuration(repeatSeconds)}`]),
    ...(escalate ? [`unanswered for ${spellDuration(escalate.afterSeconds)} also to ${escalate.to.join(', ')}`] : []),
    ...(also ? ['and by the next that fits'] : []),
  ];
  return `${what.join(' ')}: ${[to.join(', '), ...how].join('; ')}`;
}

function wallTime(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
