import type { Command } from './command.ts';

export type CommandEntry = { readonly name: string; readonly summary: string; readonly load: () => Promise<Command> };

/** Every command, in the order of `holdfast --help`. A module is loaded when its command is asked for. */
export const COMMANDS: readonly CommandEntry[] = [
  // One line each: { name, summary, load: async () => (await import('./commands/NAME.ts')).NAME }
  {
    name: 'init',
    summary: 'Write a first policy to begin with',
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'check',
    summary: 'Prove that the promises of the policy can be kept',
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'suggest',
    summary: 'Propose a tier for each guest that has none',
    load: async () => (await import('./commands/suggest.ts')).suggest,
  },
  {
    name: 'schema',
    summary: 'Print the JSON Schema of the policy file, for editors',
    load: async () => (await import('./commands/schema.ts')).schema,
  },
  {
    name: 'prune',
    summary: 'Show what a prune keeps and removes, and why',
    load: async () => (await import('./commands/prune.ts')).prune,
  },
  {
    name: 'solve',
    summary: 'Find the cheapest schedule and keep values for a promise',
    load: async () => (await import('./commands/solve.ts')).solve,
  },
  {
    name: 'plan',
    summary: 'Show what would change on PVE and PBS, and what it means',
    load: async () => (await import('./commands/plan.ts')).plan,
  },
  {
    name: 'apply',
    summary: 'Make PVE and PBS as the policy says, protection first',
    load: async () => (await import('./commands/apply.ts')).apply,
  },
  {
    name: 'status',
    summary: 'How each guest stands against its own promise',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'explain',
    summary: 'Tell the whole story of one guest',
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  {
    name: 'alerts',
    summary: 'What the watch has found, and a person’s word on it',
    load: async () => (await import('./commands/alerts.ts')).alerts,
  },
  {
    name: 'history',
    summary: 'What became of a guest, its points and its backups',
    load: async () => (await import('./commands/history.ts')).history,
  },
  {
    name: 'lock',
    summary: 'Which points are protected on PBS, and until when',
    load: async () => (await import('./commands/lock.ts')).lock,
  },
  {
    name: 'capacity',
    summary: 'How full each store is, when it will be, who fills it',
    load: async () => (await import('./commands/capacity.ts')).capacity,
  },
  { name: 'adopt', summary: 'Take over jobs made by hand, without a gap', load: async () => (await import('./commands/adopt.ts')).adopt },
  {
    name: 'doctor',
    summary: 'Check servers, logins, rights, clocks and zones',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'grants',
    summary: 'Print the commands that make a token, with the fewest rights',
    load: async () => (await import('./commands/grants.ts')).grants,
  },
  {
    name: 'tofu',
    summary: 'Tiers as OpenTofu code: its variables, its gate, its imports',
    load: async () => (await import('./commands/tofu.ts')).tofu,
  },
  {
    name: 'trust',
    summary: 'Show the certificate of a server and how to pin it',
    load: async () => (await import('./commands/trust.ts')).trust,
  },
  {
    name: 'serve',
    summary: 'Watch sites day and night, and tell people early',
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  {
    name: 'user',
    summary: 'Who may log in: add, list, disable, give a new password',
    load: async () => (await import('./commands/user.ts')).user,
  },
  {
    name: 'db',
    summary: 'Back up, restore, verify, export or move what is remembered',
    load: async () => (await import('./commands/db.ts')).db,
  },
  { name: 'upid', summary: 'Take a task identifier apart', load: async () => (await import('./commands/upid.ts')).upid },
  {
    name: 'tasklog',
    summary: 'Say what a task log proves about each guest',
    load: async () => (await import('./commands/tasklog.ts')).tasklog,
  },
  {
    name: 'calendar',
    summary: 'Explain a Proxmox calendar event: next runs, gaps, traps',
    load: async () => (await import('./commands/calendar.ts')).calendar,
  },
];
