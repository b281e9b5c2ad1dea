import { backUpNow, protectPoint, verifyPoint, type ActDone } from '#app/guest-acts.ts';
import { guestPage, type GuestPage } from '#app/guest.ts';
import type { Live } from '#app/live.ts';
import { spellHappened } from '#core/watch/history-words.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { z } from 'zod';
import type { Api } from '../frame.ts';
import { refuse, type Refused } from '../problem.ts';
import { siteName, vmid } from '../schema/common.ts';
import { actDone, bulkBody, bulkDone, guestPage as guestPageSchema, pointBody, protectBody } from '../schema/guests.ts';
import { findingOf, sourceOf } from '../shapes.ts';

const params = z.object({ site: siteName, vmid: z.coerce.number().pipe(vmid) });
const ABOUT = { tag: 'Guests', params } as const;

/** One guest and the acts on it. What a server refuses is told with its fix; of many guests at once, each is answered by itself. */
export function guestRoutes(live: Live): (api: Api) => void {
  return (api) => {
    api.route(
      {
        ...ABOUT,
        method: 'get',
        path: '/guests/{site}/{vmid}',
        role: 'viewer',
        summary: 'Everything that is known of one guest, and what may be done with it',
        answer: guestPageSchema,
      },
      async ({ params: { site, vmid: id } }) => {
        const page = await guestPage(live, site, id);
        return page
          ? shape(page)
          : refuse('not-found', { detail: `no guest ${id} is known at "${site}"`, fix: 'see which are:\n    /api/v1/guests' });
      },
    );
    const act = { ...ABOUT, method: 'post', role: 'operator', answer: actDone } as const;
    api.route(
      {
        ...act,
        path: '/guests/{site}/{vmid}/backup',
        summary: 'Back it up now, as the job of its tier would',
        description:
          'Nothing is started beside a backup that runs on the same node: the outcome is then `busy`, and it may be asked again.',
      },
      async ({ params: { site, vmid: id }, principal }) => done(await backUpNow(live, site, id, principal!.name)),
    );
    api.route(
      {
        ...act,
        path: '/guests/{site}/{vmid}/verify',
        summary: 'Have PBS read one of its points whole',
        body: z.object({ point: pointBody.optional() }),
        description: 'The newest finished point where none is named.',
      },
      async ({ params: { site, vmid: id }, body, principal }) =>
        done(await verifyPoint(live, { site, vmid: id, point: body.point }, principal!.name)),
    );
    api.route(
      {
        ...act,
        path: '/guests/{site}/{vmid}/protect',
        summary: 'Protect one of its points on PBS against every removal',
        description: 'It stays so until somebody lifts it on PBS: Holdfast lifts only what it set for a promise.',
        body: protectBody,
      },
      async ({ params: { site, vmid: id }, body: { reason, protect: _protect, ...point }, principal }) =>
        done(await protectPoint(live, { site, vmid: id, point, reason }, principal!.name)),
    );
    api.route(
      {
        tag: 'Guests',
        method: 'post',
        path: '/guests/bulk',
        role: 'operator',
        summary: 'One act for many guests, each answered by itself',
        body: bulkBody,
        answer: bulkDone,
      },
      async ({ body, principal }) => {
        const results = [];
        for (const { site, vmid: id } of body.guests)
          results.push({ site, vmid: id, ...(await one(live, body.act, { site, vmid: id }, principal!.name)) });
        return { results };
      },
    );
  };
}

type Told = {
  readonly outcome: 'started' | 'busy' | 'nothing' | 'done';
  readonly text: string;
  readonly upid?: string;
  readonly failed: boolean;
};

/** Of many, one that a server refuses ends nothing. */
async function one(
  live: Live,
  act: 'back-up-now' | 'verify',
  guest: { readonly site: string; readonly vmid: number },
  by: string,
): Promise<Told> {
  try {
    const answer = await (act === 'verify' ? verifyPoint(live, guest, by) : backUpNow(live, guest.site, guest.vmid, by));
    if ('because' in answer) return { outcome: 'nothing', text: answer.because, failed: true };
    return { ...answer, failed: false };
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
    return { outcome: 'nothing', text: `${error.message}. ${error.fix}`, failed: true };
  }
}

function done(answer: ActDone): z.input<typeof actDone> | Refused {
  if (answer.outcome !== 'refused' && answer.outcome !== 'missing') return answer;
  const [detail, ...fix] = answer.because.split(/\n|; (?=name it |see:)/);
  return refuse(answer.outcome === 'missing' ? 'not-found' : 'conflict', {
    detail: detail!,
    ...(fix.length > 0 && { fix: fix.join('\n') }),
  });
}

function shape(page: GuestPage): z.input<typeof guestPageSchema> {
  const { row, source, tier, told, points, happened } = page;
  const story = told?.story;
  const guest = story?.guest;
  return {
    guest: {
      ...row,
      points: points.filter(({ goneAt, sizeBytes }) => goneAt === undefined && sizeBytes !== undefined).map(({ at }) => at),
    },
    timeZone: source.timeZone,
    source: sourceOf(source),
    ...(guest && { node: guest.node, running: guest.running }),
    tags: [...(guest?.tags ?? [])],
    ...(guest?.pool !== undefined && { pool: guest.pool }),
    rule: page.rule,
    otherRules: [...page.otherRules],
    ...(tier && {
      tier: {
        id: tier.id,
        name: tier.name,
        rpoSeconds: tier.rpoSeconds,
        graceSeconds: tier.graceSeconds,
        retentionSeconds: tier.retentionSeconds,
        rtoSeconds: tier.rtoSeconds,
        schedule: tier.schedule,
        lock: tier.lock,
      },
    }),
    evidence: [...page.evidence],
    findings: page.findings.map(({ key, ...finding }) => ({ ...findingOf(finding), key })),
    points: points.map(({ site: _site, type: _type, id: _id, tier: _tier, firstSeenAt: _seen, ...point }) => point),
    exposure: [...page.exposure],
    disks: (story?.disks ?? []).map(({ disk, keepsState, sharedWith, inNewest }) => ({
      key: disk.key,
      volume: disk.volume,
      keepsState,
      backedUp: disk.included,
      ...(disk.storage !== undefined && { storage: disk.storage }),
      ...(disk.sizeBytes !== undefined && { sizeBytes: disk.sizeBytes }),
      sharedWith: sharedWith.map((other) => ({ vmid: other.vmid, name: other.name })),
      ...(inNewest !== undefined && { inNewest }),
    })),
    keptThrough: (story?.keptThrough ?? [])
      .filter((keeper) => keeper.vmid !== row.vmid)
      .map((keeper) => ({ vmid: keeper.vmid, name: keeper.name })),
    ...(story?.jobs && {
      jobs: [...story.jobs.enabled, ...story.jobs.disabled].map(({ id, schedule, storage = '', enabled, nextRunAt }) => ({
        id,
        schedule,
        storage,
        enabled,
        ...(nextRunAt !== undefined && { nextRunAt }),
      })),
    }),
    next: [...(story?.next ?? [])],
    ...(story?.restoreSeconds !== undefined && { restoreSeconds: story.restoreSeconds }),
    happened: happened.map((event) => ({ at: event.at, ...spellHappened(event, source.timeZone) })),
    acts: [...page.acts],
  };
}
