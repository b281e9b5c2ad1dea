import { z } from 'zod';
import type { Changes, Outcome, Refusal } from '#app/changes.ts';
import type { Clock } from '#app/ports.ts';
import type { House } from '#core/change/rules.ts';
import { pageAfter } from '#core/paging.ts';
import { paged } from '../cursor.ts';
import type { Api, Principal } from '../frame.ts';
import { changeOf, changePageOf, type Beholder } from '../policy-shapes.ts';
import { isRefused, refuse, type ProblemKind, type Refused } from '../problem.ts';
import { paging } from '../schema/common.ts';
import { changeAnswer, changePage, changesPage, newChange, type ChangePage } from '../schema/changes.ts';
import { findingOf } from '../shapes.ts';
import { POLICY_BYTES } from './policy.ts';

export type ChangeRoutePorts = { readonly changes: Changes; readonly house: () => Promise<House>; readonly clock: Clock };

const TAG = 'Changes';
const ID = z.object({ id: z.string().min(1).max(100) });

/** Changes: asked for by one person, approved by another, carried out. */
export function changesRoutes({ changes, house, clock }: ChangeRoutePorts): (api: Api) => void {
  const beholder = async (principal: Principal | undefined): Promise<Beholder> => ({
    person: principal!,
    house: await house(),
    now: clock.now(),
  });

  async function answer(outcome: Outcome, principal: Principal | undefined): Promise<ChangePage | Refused> {
    return outcome.outcome === 'done' ? changePageOf(outcome.change, await beholder(principal)) : refusalOf(outcome);
  }

  return (api) => {
    api.route(
      {
        method: 'get',
        path: '/changes',
        role: 'viewer',
        tag: TAG,
        summary: 'Changes that were asked for, the newest first, with what you may do with each',
        query: paging,
        answer: changesPage,
      },
      async ({ principal, query }) => {
        const page = await paged(query, async (one) => pageAfter(await changes.list(), ({ at, id }) => [-at, id], one));
        if (isRefused(page)) return page;
        const by = await beholder(principal);
        return { ...page, items: page.items.map((change) => changeOf(change, by)) };
      },
    );

    api.route(
      {
        method: 'get',
        path: '/changes/{id}',
        role: 'viewer',
        tag: TAG,
        summary: 'One change: what it does, what it weakens, who approved it, how far it is',
        params: ID,
        answer: changePage,
      },
      async ({ principal, params: { id } }) => {
        const change = await changes.find(id);
        if (!change) return refusalOf({ outcome: 'unknown', because: `there is no change ${id}` });
        return changePageOf(change, await beholder(principal));
      },
    );

    api.route(
      {
        method: 'post',
        path: '/changes',
        role: 'operator',
        tag: TAG,
        summary: 'Ask for a change: a new policy, or the plan carried out',
        description: 'It is refused where the files or the servers are no longer as they were (`basedOn`). Nothing happens before it is approved and applied.',
        body: newChange,
        bodyBytes: POLICY_BYTES,
        answer: changePage,
        status: 201,
      }, // prettier-ignore
      async ({ principal, body }) =>
        answer(await (body.kind === 'policy' ? changes.proposePolicy(principal!, body) : changes.proposePlan(principal!, body)), principal),
    );

    api.route(
      {
        method: 'post',
        path: '/changes/{id}/approve',
        role: 'approver',
        tag: TAG,
        summary: 'Approve a change',
        description: 'One that weakens takes somebody else than who asked for it; where nobody else could, a wait until `mayAt`.',
        params: ID,
        body: changeAnswer,
        answer: changePage,
      },
      async ({ principal, params: { id }, body }) => answer(await changes.approve(principal!, id, body.reason), principal),
    );

    api.route(
      {
        method: 'post',
        path: '/changes/{id}/reject',
        role: 'operator',
        tag: TAG,
        summary: 'Reject a change, or take back your own',
        params: ID,
        body: changeAnswer,
        answer: changePage,
      },
      async ({ principal, params: { id }, body }) => answer(await changes.reject(principal!, id, body.reason), principal),
    );

    api.route(
      {
        method: 'post',
        path: '/changes/{id}/apply',
        role: 'approver',
        tag: TAG,
        summary: 'Carry out an approved change',
        description: 'A policy is written and read at once. A plan is carried out by a process of its own; its steps are in the change as they are done.',
        params: ID,
        answer: changePage,
        status: 202,
      }, // prettier-ignore
      async ({ principal, params: { id } }) => answer(await changes.apply(principal!, id), principal),
    );
  };
}

const KIND: Readonly<Record<Refusal['outcome'], ProblemKind>> = {
  refused: 'forbidden',
  outdated: 'conflict',
  unknown: 'not-found',
  invalid: 'bad-request',
};

function refusalOf({ outcome, because, findings }: Refusal): Refused {
  return refuse(KIND[outcome], { detail: because, ...(findings && { findings: findings.map(findingOf) }) });
}
