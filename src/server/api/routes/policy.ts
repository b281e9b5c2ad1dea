import { z } from 'zod';
import type { PolicyDesk } from '#app/policy-edit.ts';
import type { Memory } from '#app/ports.ts';
import { pageAfter } from '#core/paging.ts';
import { paged } from '../cursor.ts';
import type { Api } from '../frame.ts';
import { checkedChangeOf, policyPageOf } from '../policy-shapes.ts';
import { isRefused, refuse, type Refused } from '../problem.ts';
import { paging } from '../schema/common.ts';
import { checkedChange, policyPage, policyText, policyVersionPage, policyVersionsPage } from '../schema/policy.ts';

export type PolicyRoutePorts = {
  readonly desk: PolicyDesk;
  readonly memory: Pick<Memory, 'policies'>;
  /** The JSON Schema of the policy file. */
  readonly schema: () => Promise<unknown>;
  /** Why the daemon does not work by the files as they stand. */
  readonly trouble: () => string | undefined;
};

/** Texts of half a MiB, as JSON writes them. */
export const POLICY_BYTES = 2 * 2 ** 20;

const TAG = 'Policy';

/** The policy: as it stands, as it would be, and as it was. */
export function policyRoutes({ desk, memory, schema, trouble }: PolicyRoutePorts): (api: Api) => void {
  /** Who has a check under way. */
  const checking = new Set<string>();
  return (api) => {
    api.route(
      {
        method: 'get',
        path: '/policy',
        role: 'viewer',
        tag: TAG,
        summary: 'The files of the policy, what its proof says, and whether they can be edited here',
        answer: policyPage,
      },
      async () => {
        const now = await desk.read();
        return now === 'too-long' ? tooLong() : policyPageOf(now, trouble());
      },
    );

    api.route(
      {
        method: 'post',
        path: '/policy/check',
        role: 'operator',
        tag: TAG,
        summary: 'What a policy would say and weaken, without writing it',
        description: 'Files that are not named stay as they are. One check at a time for each person.',
        body: policyText,
        bodyBytes: POLICY_BYTES,
        answer: checkedChange,
      },
      async ({ body, principal }) => {
        const { name } = principal!;
        if (checking.has(name)) return refuse('too-many', { detail: 'a check of yours is under way', fix: 'wait for its answer' });
        checking.add(name);
        try {
          const tried = await desk.try(body.files);
          if (tried === 'too-long') return tooLong();
          if ('unknown' in tried)
            return refuse('bad-request', { detail: `body.files: ${tried.unknown} is none of the policy's files`, fix: 'see which are:\n    GET /api/v1/policy' }); // prettier-ignore
          return checkedChangeOf(tried);
        } finally {
          checking.delete(name);
        }
      },
    );

    api.route(
      {
        method: 'get',
        path: '/policy/schema',
        role: 'viewer',
        tag: TAG,
        summary: 'The JSON Schema of the policy file, from which an editor completes',
        answer: z.record(z.string(), z.unknown()),
      },
      async () => (await schema()) as Record<string, unknown>,
    );

    api.route(
      {
        method: 'get',
        path: '/policy/versions',
        role: 'viewer',
        tag: TAG,
        summary: 'Versions of the policy that the daemon worked by, the newest first',
        query: paging,
        answer: policyVersionsPage,
      },
      async ({ query }) => {
        const page = await paged(query, async (one) => pageAfter(await memory.policies.list(), ({ number }) => [-number], one));
        return isRefused(page) ? page : { ...page, items: [...page.items] };
      },
    );

    api.route(
      {
        method: 'get',
        path: '/policy/versions/{number}',
        role: 'viewer',
        tag: TAG,
        summary: 'One version of the policy, with its files and those of the version before',
        params: z.object({ number: z.coerce.number().int().min(1) }),
        answer: policyVersionPage,
      },
      async ({ params: { number } }) => {
        const version = await memory.policies.find(number);
        if (!version) return refuse('not-found', { detail: `there is no version ${number} of the policy` });
        const before = await memory.policies.find(number - 1);
        return { ...version, files: [...version.files], ...(before && { before: [...before.files] }) };
      },
    );
  };
}

function tooLong(): Refused {
  return refuse('unusable', {
    detail: 'the proof of this policy takes too long here: it has schedules of every few minutes in many tiers',
    fix: 'prove it on the machine:\n    holdfast check',
  });
}
