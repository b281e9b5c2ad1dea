import { hasErrors, type Finding } from '#core/finding.ts';
import type { AlertRecord, FindingLife } from '#core/memory/record.ts';
import type { Alerts, Channel } from '#core/policy/alerts.ts';
import type { Policy, Site, TierId } from '#core/policy/policy.ts';
import { tell } from '#core/watch/tell.ts';
import { unknownSites } from './named-sites.ts';
import type { Notifier, Ports } from './ports.ts';

/** How one channel stood the test. `accepted`: its receiver took the message and cannot be asked further. */
export type ChannelTest = {
  readonly channel: string;
  readonly kind: Channel['kind'];
  readonly outcome: 'arrived' | 'accepted' | 'missing' | 'failed';
  readonly error?: string;
};

export type AlertsTest =
  | { readonly outcome: 'invalid'; readonly findings: readonly Finding[] }
  | { readonly outcome: 'no-alerts' }
  | { readonly outcome: 'no-channel'; readonly known: readonly string[] }
  | { readonly outcome: 'no-tier'; readonly known: readonly TierId[] }
  | { readonly outcome: 'no-route'; readonly site: string; readonly tier: TierId }
  | { readonly outcome: 'tested'; readonly channels: readonly ChannelTest[]; readonly subject: string };

export type AlertsTestOptions = {
  /** Only this channel, past all routes. */
  readonly channel?: string;
  /** The whole way: a failure of a guest that does not exist goes through the routes of this tier, and its end after it. */
  readonly through?: { readonly site?: string; readonly tier?: TierId };
};

/**
 * Sends a test over each channel, or with `through` plants the failure of a guest that does not exist into the routes and follows it to the receivers:
 * what the policy says of quiet hours and digests is left out, for it is asked now. Nothing is remembered.
 */
export async function testAlerts(
  ports: Ports & { readonly notifier: Notifier },
  { channel, through }: AlertsTestOptions,
): Promise<AlertsTest> {
  const { policy, findings } = await ports.policySource.load();
  if (!policy || hasErrors(findings)) return { outcome: 'invalid', findings };
  const { alerts } = policy;
  if (!alerts || alerts.channels.length === 0) return { outcome: 'no-alerts' };
  const unknown = unknownSites(policy, through?.site === undefined ? undefined : [through.site]);
  if (unknown.length > 0) return { outcome: 'invalid', findings: unknown };
  if (through?.tier !== undefined && !policy.tiers.some(({ id }) => id === through.tier))
    return { outcome: 'no-tier', known: policy.tiers.map(({ id }) => id) };
  const now = ports.clock.now();
  const site = policy.sites.find(({ name }) => name === through?.site) ?? policy.sites[0]!;
  const planted = plant(site, through?.tier ?? policy.tiers[0]!.id, now);
  if (channel !== undefined && !alerts.channels.some(({ name }) => name === channel))
    return { outcome: 'no-channel', known: alerts.channels.map(({ name }) => name) };
  const messages = through ? troubleAndEnd(policy, atOnce(alerts), site, planted) : direct(alerts, site, planted, channel);
  const [first] = messages;
  if (!first) return { outcome: 'no-route', site: site.name, tier: planted.finding.tier! };
  const names = [...new Set(messages.map((message) => message.channel))];
  const channels = await Promise.all(
    names.map((name) =>
      testOne(
        ports.notifier,
        alerts.channels.find((one) => one.name === name)!,
        messages.filter((message) => message.channel === name),
      ),
    ),
  );
  return { outcome: 'tested', channels, subject: first.subject };
}

async function testOne(notifier: Notifier, channel: Channel, messages: readonly AlertRecord[]): Promise<ChannelTest> {
  const { name, kind } = channel;
  try {
    for (const message of messages) await notifier.send(channel, message);
    const arrived = await notifier.arrived(channel, messages[0]!);
    return { channel: name, kind, outcome: arrived === 'unasked' ? 'accepted' : arrived };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { channel: name, kind, outcome: 'failed', error: error.message };
  }
}

function plant(site: Site, tier: TierId, now: number): FindingLife {
  return {
    key: `HF-TEST ${site.name} ${now}`,
    site: site.name,
    state: 'open',
    firstSeenAt: now,
    lastSeenAt: now,
    openedAt: now,
    finding: {
      severity: 'error',
      code: 'HF-TEST',
      at: `${site.name}: vm/999999999 holdfast-test`,
      site: site.name,
      tier,
      problem: 'This is a test: a guest that does not exist has no recovery point',
      why: 'you asked whether messages arrive; nothing is wrong',
      fix: 'nothing to do',
    },
  };
}

/** The routes as they are, without what makes them wait. */
function atOnce({ quiet: _quiet, ...alerts }: Alerts): Alerts {
  return { ...alerts, routes: alerts.routes.map(({ digestMinute: _digest, ...route }) => route) };
}

function troubleAndEnd(policy: Policy, alerts: Alerts, site: Site, life: FindingLife): AlertRecord[] {
  const now = life.lastSeenAt;
  const input = { alerts, site, tiers: policy.tiers, tierOf: () => life.finding.tier, now };
  const trouble = tell({ ...input, lives: [life], sent: [] });
  const over = tell({ ...input, now: now + 1, lives: [{ ...life, state: 'resolved', resolvedAt: now + 1 }], sent: trouble });
  return [...trouble, ...over];
}

function direct(alerts: Alerts, site: Site, life: FindingLife, only: string | undefined): AlertRecord[] {
  const now = life.lastSeenAt;
  const names = only === undefined ? alerts.channels.map(({ name }) => name) : [only];
  const route = { index: 0, to: names, also: false, severity: 'warning' } as const;
  return [...tell({ alerts: { ...alerts, routes: [route] }, site, tiers: [], tierOf: () => undefined, now, lives: [life], sent: [] })];
}
