import type { JobSwitch } from '#app/ports.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { writeBackupJob } from './carry-out.ts';
import type { Http } from './http.ts';

/**
 * Disables a backup job or enables it again, and says so in its comment; what stands so already is left alone. Needs Sys.Modify and Sys.Audit on / and
 * Datastore.Allocate on the job's storage. @see https://pve.proxmox.com/pve-docs/api-viewer/#/cluster/backup/{id}
 */
export async function switchJob(http: Http | undefined, { id, enabled, comment, before }: JobSwitch): Promise<void> {
  if (!http) throw noPressureLogin(id);
  await writeBackupJob(http, { action: 'change', kind: 'backup-job', id, settings: { enabled, comment }, clear: [], before });
}

function noPressureLogin(id: string): ProxmoxError {
  return new ProxmoxError('refused', {
    server: 'pve',
    call: `change backup job ${id}`,
    detail: 'the policy names no login that may suspend jobs',
    fix: 'make one and name it:\n    pve: { pressureToken: "env:HOLDFAST_PVE_PRESSURE_TOKEN" }',
  });
}
