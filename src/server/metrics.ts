import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Registry } from 'prom-client';
import { POSTURES } from '#core/assess/posture.ts';
import type { GuestWatched, SiteWatched, Watching } from '#app/watching.ts';
import type { UnixSeconds } from '#core/units.ts';

/**
 * Guests of one site that get series of their own, the worst first. A fleet of ten thousand is told by counts; the rest is counted in
 * `holdfast_guests_without_series`.
 */
const MOST_GUESTS = 2000;

const loop = monitorEventLoopDelay({ resolution: 50 });
loop.enable();

/**
 * What a running daemon knows, for Prometheus. Names and labels are a contract: `site`, `tier`, `vmid`, `server`, `store`, and words from short
 * lists, never a text that somebody may choose. Ages are told as the instant since which they count, so that they grow between two looks.
 */
export async function metricsText(watching: Watching, now: UnixSeconds): Promise<{ readonly text: string; readonly contentType: string }> {
  const registry = new Registry();
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> =>
    new Gauge({ name: `holdfast_${name}`, help, labelNames, registers: [registry] });
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
    new Counter({ name: `holdfast_${name}_total`, help, labelNames, registers: [registry] });

  tellSites(watching.sites);
  tellGuests(watching.sites);
  tellStores(watching.sites);
  tellOurselves();
  return { text: await registry.metrics(), contentType: registry.contentType };

  function tellSites(sites: readonly SiteWatched[]): void {
    const state = gauge('site_watched', '1 where this replica watches the site, 0 where another does or none may', ['site']);
    const refused = gauge('site_refused', '1 where the site is not watched because a login could delete recovery points', ['site']);
    const seen = gauge('site_look_complete', '1 where the last look saw all of the site', ['site']);
    const lookedAt = gauge('site_look_timestamp_seconds', 'When the site was last looked at', ['site']);
    const completeAt = gauge('site_complete_look_timestamp_seconds', 'When a look last saw all of the site', ['site']);
    const took = gauge('site_look_duration_seconds', 'How long the last look took', ['site']);
    const silent = gauge('site_server_silent', '1 for each server that gave no sign of life at the last pulse', ['site', 'server']);
    const looks = counter('site_looks', 'Looks by what they saw', ['site', 'outcome']);
    const requests = counter('site_requests', 'Requests sent to the servers of the site', ['site']);
    const failures = counter('site_failures', 'Cycles, pulses and deliveries that broke inside Holdfast', ['site']);
    const sent = counter('messages_sent', 'Messages that a channel took', ['site']);
    const notSent = counter('messages_failed', 'Messages that a channel did not take, each try counted', ['site']);
    const retries = counter('retries', 'Backups and verifications that were to be started again, by what came of it', ['site', 'outcome']);
    const findings = gauge('findings', 'Findings of the last look', ['site', 'severity']);
    for (const one of sites) {
      const { site } = one;
      state.set({ site }, one.state === 'watched' ? 1 : 0);
      refused.set({ site }, one.state === 'refused' ? 1 : 0);
      if (one.state === 'elsewhere') continue;
      if (one.look) {
        seen.set({ site }, one.look.outcome === 'complete' ? 1 : 0);
        lookedAt.set({ site }, one.look.at);
        took.set({ site }, one.look.seconds);
      }
      if (one.completeAt !== undefined) completeAt.set({ site }, one.completeAt);
      for (const { server } of one.silent) silent.set({ site, server }, 1);
      for (const outcome of ['complete', 'partial', 'failed'] as const) looks.inc({ site, outcome }, one.looks[outcome]);
      requests.inc({ site }, one.requests);
      failures.inc({ site }, one.failures);
      sent.inc({ site }, one.messages.sent);
      notSent.inc({ site }, one.messages.failed);
      for (const outcome of ['started', 'busy', 'nothing', 'failed'] as const) retries.inc({ site, outcome }, one.retries[outcome]);
      for (const severity of ['error', 'warning', 'info'] as const)
        findings.set({ site, severity }, one.findings.filter((finding) => finding.severity === severity).length);
    }
  }

  function tellGuests(sites: readonly SiteWatched[]): void {
    const counts = gauge('guests', 'Guests by tier and posture; tier "none" where nothing is promised', ['site', 'tier', 'posture']);
    const labels = ['site', 'vmid', 'tier'] as const;
    const posture = gauge('guest_posture', 'How a guest stands: 0 protected, 1 attention, 2 at-risk, 3 unknown, 4 broken', labels);
    const newest = gauge('guest_newest_point_timestamp_seconds', 'Since when the data of the newest usable recovery point ages', labels);
    const exposure = gauge('guest_exposure_seconds', 'Age of the data of the newest usable recovery point', labels);
    const slack = gauge('guest_slack_seconds', 'Time until RPO and grace are broken; negative since they are', labels);
    const verified = gauge('guest_verified_timestamp_seconds', 'When a usable recovery point was last read whole by its server', labels);
    const left = gauge('guests_without_series', 'Guests that have no series of their own, for there are too many', ['site']);
    for (const { site, guests, state } of sites) {
      if (state === 'elsewhere') continue;
      for (const guest of guests) counts.inc({ site, tier: tierOf(guest), posture: guest.posture });
      const told = worstFirst(guests);
      left.set({ site }, Math.max(0, guests.length - told.length));
      for (const guest of told) {
        const label = { site, vmid: guest.vmid, tier: tierOf(guest) };
        const weight = POSTURES.findIndex((one) => one === guest.posture);
        if (weight >= 0) posture.set(label, weight);
        if (guest.newestPointAt !== undefined) newest.set(label, guest.newestPointAt);
        if (guest.newestPointAt !== undefined) exposure.set(label, now - guest.newestPointAt);
        if (guest.breaksAt !== undefined) slack.set(label, guest.breaksAt - now);
        if (guest.verifiedAt !== undefined) verified.set(label, guest.verifiedAt);
      }
    }
  }

  function tellStores(sites: readonly SiteWatched[]): void {
    const labels = ['site', 'store'] as const;
    const size = gauge('store_size_bytes', 'Size of a datastore or ZFS pool', labels);
    const used = gauge('store_used_bytes', 'What of it is used', labels);
    const available = gauge('store_available_bytes', 'What of it is free', labels);
    const full = gauge(
      'store_full_timestamp_seconds',
      'When nothing of it is free, as it grows now; absent where that is not foretold',
      labels,
    );
    const stuck = gauge('store_stuck_timestamp_seconds', 'When garbage collection can no longer run in it, as it grows now', labels);
    const suspended = gauge('job_suspended', '1 while the backup job of a tier is suspended under pressure, 0 while it may be and runs', [
      'site',
      'tier',
    ]);
    const locked = counter('points_locked', 'Protections that were set on PBS', ['site']);
    const lifted = counter('points_unlocked', 'Protections of ours that were lifted when due', ['site']);
    for (const { site, state, stores, jobs, locks } of sites) {
      if (state === 'elsewhere') continue;
      for (const { tier, suspendedAt } of jobs) suspended.set({ site, tier }, suspendedAt === undefined ? 0 : 1);
      locked.inc({ site }, locks.set);
      lifted.inc({ site }, locks.lifted);
      for (const { what: store, totalBytes, usedBytes, availableBytes, fullAt, stuckAt } of stores) {
        size.set({ site, store }, totalBytes);
        used.set({ site, store }, usedBytes);
        available.set({ site, store }, availableBytes);
        if (fullAt !== undefined) full.set({ site, store }, fullAt);
        if (stuckAt !== undefined) stuck.set({ site, store }, stuckAt);
      }
    }
  }

  function tellOurselves(): void {
    gauge('info', 'The version that runs', ['version']).set({ version: watching.version }, 1);
    gauge('start_timestamp_seconds', 'When this process started', []).set(watching.startedAt);
    gauge('memory_usable', '1 where what is remembered can be read and written', []).set(watching.memoryTrouble === undefined ? 1 : 0);
    gauge('policy_good', '1 where the policy file is used as it stands', []).set(watching.policyTrouble === undefined ? 1 : 0);
    gauge('resident_memory_bytes', 'Memory of this process', []).set(process.memoryUsage.rss());
    gauge('event_loop_delay_seconds', 'How late work began since the last scrape: the largest of a hundred', []).set(
      loop.percentile(99) / 1e9 || 0,
    );
    loop.reset();
  }
}

function tierOf({ tier }: GuestWatched): string {
  return tier === undefined ? 'none' : String(tier);
}

function worstFirst(guests: readonly GuestWatched[]): readonly GuestWatched[] {
  if (guests.length <= MOST_GUESTS) return guests;
  const weight = ({ posture }: GuestWatched): number => POSTURES.findIndex((one) => one === posture);
  return guests
    .toSorted((a, b) => weight(b) - weight(a) || (a.breaksAt ?? Infinity) - (b.breaksAt ?? Infinity) || a.vmid - b.vmid)
    .slice(0, MOST_GUESTS);
}
