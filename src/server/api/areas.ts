import type { Live } from '#app/live.ts';
import type { News } from '#app/news.ts';
import type { Api } from './frame.ts';
import { alertsRoutes } from './routes/alerts.ts';
import { auditRoutes } from './routes/audit.ts';
import { guestsRoutes } from './routes/guests.ts';
import { overviewRoutes } from './routes/overview.ts';

/** What can be asked of the watch. */
export function watchAreas(live: Live, news: News): readonly ((api: Api) => void)[] {
  return [overviewRoutes(live, news), guestsRoutes(live), alertsRoutes(live), auditRoutes(live)];
}
