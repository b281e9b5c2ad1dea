import type { Route } from '../route.ts';
import { ACCESS_ROUTES } from './routes-access.ts';
import { CONFIG_ROUTES } from './routes-config.ts';
import { CONTENT_ROUTES } from './routes-content.ts';
import { DATASTORE_ROUTES } from './routes-datastore.ts';
import { JOB_ROUTES } from './routes-jobs.ts';
import { SERVICE_ROUTES } from './routes-service.ts';
import { WORK_ROUTES } from './routes-work.ts';
import type { PbsState } from './state.ts';

/** Every call of a PBS that the lab answers. */
export const PBS_ROUTES: readonly Route<PbsState>[] = [
  ...SERVICE_ROUTES,
  ...ACCESS_ROUTES,
  ...DATASTORE_ROUTES,
  ...CONTENT_ROUTES,
  ...WORK_ROUTES,
  ...JOB_ROUTES,
  ...CONFIG_ROUTES,
];
