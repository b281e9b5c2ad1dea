import type { Route } from '../route.ts';
import { ACCESS_ROUTES } from './access-routes.ts';
import { AGENT_ROUTES } from './agent-routes.ts';
import { CLUSTER_ROUTES } from './cluster-routes.ts';
import { GUEST_ROUTES } from './guest-routes.ts';
import { JOB_ROUTES } from './job-routes.ts';
import { NODE_ROUTES } from './node-routes.ts';
import { POOL_ROUTES } from './pool-routes.ts';
import { POWER_ROUTES } from './power-routes.ts';
import { RESTORE_ROUTES } from './restore-routes.ts';
import type { PveState } from './state.ts';
import { STORAGE_ROUTES } from './storage-routes.ts';
import { TASK_ROUTES } from './task-routes.ts';
import { VOLUME_ROUTES } from './volume-routes.ts';

export { pvePoolPaths } from './access.ts';
export { PVE_SOURCES } from './scheduler.ts';

/** Every endpoint of the simulated PVE. */
export const PVE_ROUTES: readonly Route<PveState>[] = [
  ...ACCESS_ROUTES,
  ...CLUSTER_ROUTES,
  ...JOB_ROUTES,
  ...POOL_ROUTES,
  ...STORAGE_ROUTES,
  ...VOLUME_ROUTES,
  ...NODE_ROUTES,
  ...TASK_ROUTES,
  ...GUEST_ROUTES,
  ...POWER_ROUTES,
  ...AGENT_ROUTES,
  ...RESTORE_ROUTES,
];
