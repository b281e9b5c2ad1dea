import { wentEarly } from '../ledger/gone.ts';
import type { FindingLife, LedgerPoint, PostureRecord, TaskRecord } from '../memory/record.ts';
import type { UnixSeconds } from '../units.ts';

/** Something that happened to one guest, as it is remembered. */
export type Happened =
  | { readonly kind: 'posture'; readonly at: UnixSeconds; readonly posture: PostureRecord['posture']; readonly because: string }
  | {
      readonly kind: 'backup';
      readonly at: UnixSeconds;
      readonly result: TaskRecord['guests'][number]['result'];
      readonly seconds?: number;
      readonly error?: string;
    }
  | { readonly kind: 'point'; readonly at: UnixSeconds; readonly point: LedgerPoint }
  | { readonly kind: 'gone'; readonly at: UnixSeconds; readonly point: LedgerPoint; readonly early: boolean }
  | { readonly kind: 'found' | 'over'; readonly at: UnixSeconds; readonly life: FindingLife };

export type GuestMemory = {
  readonly vmid: number;
  readonly postures: readonly PostureRecord[];
  /** Gone ones too. */
  readonly points: readonly LedgerPoint[];
  readonly tasks: readonly TaskRecord[];
  readonly lives: readonly FindingLife[];
};

/** What is remembered of a guest since an instant, oldest first. A point stands at the instant its backup began, its end at the look that missed it. */
export function historyOf({ vmid, postures, points, tasks, lives }: GuestMemory, since: UnixSeconds): Happened[] {
  const happened: Happened[] = [
    ...postures.map(({ at, posture, because }): Happened => ({ kind: 'posture', at, posture, because })),
    ...tasks.flatMap((task) => task.guests.filter((guest) => guest.vmid === vmid).map((guest) => backup(task, guest))),
    ...points.map((point): Happened => ({ kind: 'point', at: point.at, point })),
    ...points.flatMap((point): Happened[] =>
      point.goneAt === undefined ? [] : [{ kind: 'gone', at: point.goneAt, point, early: wentEarly(point) }],
    ),
    ...lives.flatMap(heard),
  ];
  return happened.filter(({ at }) => at >= since).toSorted((a, b) => a.at - b.at);
}

function backup({ startedAt }: TaskRecord, { result, durationSeconds, error }: TaskRecord['guests'][number]): Happened {
  return {
    kind: 'backup',
    at: startedAt,
    result,
    ...(durationSeconds === undefined ? {} : { seconds: durationSeconds }),
    ...(error === undefined ? {} : { error }),
  };
}

/** What never opened was seen only in passing, and is no part of the story. */
function heard(life: FindingLife): Happened[] {
  const { openedAt, resolvedAt } = life;
  if (openedAt === undefined) return [];
  return [{ kind: 'found', at: openedAt, life }, ...(resolvedAt === undefined ? [] : [{ kind: 'over' as const, at: resolvedAt, life }])];
}
