import { z } from 'zod';
import { finding, instant, pageOf, paging, severity, siteName, siteSource } from './common.ts';
import { storeForecast } from './overview.ts';

export const alertState = z.enum(['seen', 'open', 'acknowledged', 'suppressed', 'resolved']);

export const alert = z.object({
  key: z.string(),
  site: siteName,
  timeZone: z.string(),
  finding,
  guestName: z.string().optional(),
  state: alertState,
  firstSeenAt: instant,
  lastSeenAt: instant,
  openedAt: instant.optional(),
  resolvedAt: instant.optional(),
  by: z.string().optional(),
  reason: z.string().optional(),
  untilAt: instant.optional(),
});
export type Alert = z.infer<typeof alert>;

export const alertsQuery = paging.extend({
  site: siteName.optional(),
  /** `live`: everything not over. */
  state: z.union([alertState, z.literal('live')]).default('live'),
  severity: severity.optional(),
  q: z.string().max(200).optional(),
});
export const alertsPage = pageOf(alert).extend({ sources: z.array(siteSource) });
export type AlertsPage = z.infer<typeof alertsPage>;
/** POST /api/v1/alerts/answer: the key stands in the body, since it holds slashes. */
export const alertAnswer = z.discriminatedUnion('act', [
  z.object({ act: z.literal('acknowledge'), key: z.string().max(500), reason: z.string().max(500).optional() }),
  z.object({ act: z.literal('suppress'), key: z.string().max(500), reason: z.string().min(3).max(500), untilAt: instant }),
  z.object({ act: z.literal('reopen'), key: z.string().max(500) }),
]);

/** A message as it went to people: GET /api/v1/messages */
export const message = z.object({
  id: z.string(),
  site: siteName,
  at: instant,
  channel: z.string(),
  severity: z.enum(['error', 'warning', 'info', 'over']),
  subject: z.string(),
  text: z.string(),
  tries: z.int(),
  deliveredAt: instant.optional(),
  error: z.string().optional(),
});
export type Message = z.infer<typeof message>;
export const messagesPage = pageOf(message);
export type MessagesPage = z.infer<typeof messagesPage>;

/** GET /api/v1/capacity */
export const capacityPage = z.object({
  asOf: instant,
  sites: z.array(
    z.object({
      site: siteName,
      timeZone: z.string(),
      stores: z.array(
        storeForecast.extend({
          /** Growth in bytes a day with its band; absent where not known. */
          perDayBytes: z.object({ low: z.number(), usual: z.number(), high: z.number() }).optional(),
          fullEarliestAt: instant.optional(),
          fullLatestAt: instant.optional(),
          samples: z.array(z.object({ at: instant, usedBytes: z.number(), totalBytes: z.number() })),
        }),
      ),
      tiers: z.array(
        z.object({
          id: z.int(),
          name: z.string(),
          guests: z.int(),
          perDayBytes: z.number().optional(),
          usedBytes: z.number().optional(),
          budgetBytes: z.number().optional(),
        }),
      ),
      /** Largest growth first, at most 100. Estimates from task logs. */
      guests: z.array(
        z.object({
          vmid: z.int(),
          name: z.string().optional(),
          tier: z.int().optional(),
          perDayBytes: z.number().optional(),
          usedBytes: z.number().optional(),
        }),
      ),
      findings: z.array(finding),
    }),
  ),
});
export type CapacityPage = z.infer<typeof capacityPage>;

/** GET /api/v1/audit, newest first. */
export const auditEntry = z.object({ at: instant, by: z.string(), act: z.string(), on: z.string(), detail: z.string(), hash: z.string() });
export type AuditEntryJson = z.infer<typeof auditEntry>;
export const auditQuery = paging.extend({
  by: z.string().max(100).optional(),
  act: z.string().max(100).optional(),
  q: z.string().max(200).optional(),
});
export const auditPage = pageOf(auditEntry).extend({ head: z.string().optional() });
export type AuditPage = z.infer<typeof auditPage>;

/** GET /api/v1/sites */
export const siteHealth = z.object({
  site: siteName,
  timeZone: z.string(),
  state: z.enum(['elsewhere', 'starting', 'watched', 'refused']),
  because: z.string(),
  /** Everything of it was seen, lately, and every server answers. */
  whole: z.boolean(),
  lastLook: z
    .object({ at: instant, outcome: z.enum(['complete', 'partial', 'failed']), seconds: z.number(), trouble: z.string().optional() })
    .optional(),
  completeAt: instant.optional(),
  requests: z.int(),
  servers: z.array(
    z.object({
      server: z.string(),
      product: z.enum(['pve', 'pbs']),
      url: z.string(),
      answers: z.boolean().optional(),
      because: z.string().optional(),
      version: z.string().optional(),
      fingerprint: z.string().optional(),
      /** Absent where nobody asked yet (POST /api/v1/sites/{site}/examine does). */
      hosts: z.array(z.object({ name: z.string(), timeZone: z.string(), clockAheadSeconds: z.number() })).optional(),
      logins: z
        .array(
          z.object({
            login: z.string(),
            tokenId: z.string().optional(),
            /** Absent where the server did not say what it may. */
            good: z.boolean().optional(),
            because: z.string(),
          }),
        )
        .optional(),
    }),
  ),
  findings: z.array(finding),
  examinedAt: instant.optional(),
});
export type SiteHealth = z.infer<typeof siteHealth>;
export const sitesPage = z.object({ sites: z.array(siteHealth) });
export type SitesPage = z.infer<typeof sitesPage>;

/** GET /api/v1/settings: how this daemon runs. No secret, only where each is read from. */
export const settingsPage = z.object({
  version: z.string(),
  replica: z.string(),
  startedAt: instant,
  listen: z.string(),
  database: z.object({ where: z.string(), trouble: z.string().optional() }),
  policyFile: z.string(),
  alerts: z.object({
    channels: z.array(z.object({ name: z.string(), kind: z.string(), to: z.string() })),
    routes: z.array(z.string()),
    quiet: z.string().optional(),
    heartbeat: z.string().optional(),
  }),
  login: z.object({ oidc: z.string().optional(), proxyHeader: z.string().optional(), publicUrl: z.string().optional() }),
  waitingSeconds: z.int().meta({ description: 'how long a weakening change of the only person waits' }),
});
export type SettingsPage = z.infer<typeof settingsPage>;

/** GET /api/v1/events, server-sent: `event: changed`, and this as its data. */
export const changed = z.object({
  topics: z.array(z.enum(['overview', 'guests', 'alerts', 'capacity', 'sites', 'policy', 'changes', 'audit'])),
});
export type Changed = z.infer<typeof changed>;
