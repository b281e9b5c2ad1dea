import { sql } from 'kysely';
import { LOOKS_DAYS, PAST_DAYS, SAMPLES_DAYS, USAGE_DAYS } from '#core/memory/history.ts';
import { DAY_SECONDS } from '#core/units.ts';
import type { Database } from './schema.ts';

/** One transaction a table: a roll-up that is cut off goes on at the next. */
export async function rollUp({ db }: Database, now: number): Promise<void> {
  const before = (days: number): number => now - days * DAY_SECONDS;
  const past = before(PAST_DAYS);
  const day = sql.lit(DAY_SECONDS);
  await sql`delete from look where at < ${past} or (at < ${before(LOOKS_DAYS)} and exists (
    select 1 from look as e where e.site_id = look.site_id and e.outcome = look.outcome and e.at < look.at and e.at >= look.at - look.at % ${day}))`.execute(
    db,
  );
  await sql`delete from usage where at < ${before(USAGE_DAYS)} or (at < ${before(SAMPLES_DAYS)} and exists (
    select 1 from usage as l where l.meter_id = usage.meter_id and l.at > usage.at and l.at < ${before(SAMPLES_DAYS)}
    and l.at < usage.at - usage.at % ${day} + ${day}))`.execute(db);
  await db.transaction().execute(async (trx) => {
    const old = trx.selectFrom('task').select('id').where('ended_at', '<', past);
    await trx.deleteFrom('task_guest').where('task_id', 'in', old).execute();
    await trx.deleteFrom('task').where('ended_at', '<', past).execute();
  });
  await db.deleteFrom('life').where('state', '=', 'resolved').where('resolved_at', '<', past).execute();
  await db.deleteFrom('alert').where('delivered_at', '<', past).execute();
  await db.deleteFrom('change').where('ended_at', '<', past).execute();
  await sql`delete from policy_text where at < ${past} and exists (select 1 from policy_text as l where l.n > policy_text.n and l.at < ${past})`.execute(
    db,
  );
  await db.deleteFrom('point').where('gone_at', '<', past).execute();
  await sql`delete from posture where at < ${past} and exists (
    select 1 from posture as l where l.guest_id = posture.guest_id and l.at > posture.at and l.at < ${past})`.execute(db);
}
