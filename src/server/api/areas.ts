import type { Live } from '#app/live.ts';
import type { News } from '#app/news.ts';
import type { Api } from './frame.ts';
import { alertsRoutes } from './routes/alerts.ts';
import { auditRoutes } from './routes/audit.ts';
import { capacityRoutes } from './routes/capacity.ts';
import { eventsRoutes } from './routes/events.ts';
import { guestRoutes } from './routes/guest.ts';
import { guestsRoutes } from './routes/guests.ts';
import { overviewRoutes } from './routes/overview.ts';
import { sitesRoutes } from './routes/sites.ts';
import { terminalRoutes } from './routes/terminal.ts';

/** What can be asked of the watch. `closed` ends what listens. */
export function watchAreas(live: Live, news: News, closed: AbortSignal): readonly ((api: Api) => void)[] {
  return [
    overviewRoutes(live, news),
    guestsRoutes(live),
    guestRoutes(live),
    alertsRoutes(live),
    auditRoutes(live),
    capacityRoutes(live),
    sitesRoutes(live),
    terminalRoutes(live),
    eventsRoutes(news, closed),
  ];
}
