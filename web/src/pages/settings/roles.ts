import type { RoleName } from '#server/api/schema/session.ts';

/** What each role may, in words; each may what those before it may. */
export const MAY: Readonly<Record<RoleName, string>> = {
  viewer: 'sees everything, changes nothing',
  operator: 'backs up now, verifies, protects, answers alerts, proposes changes',
  approver: 'approves and applies changes',
  admin: 'makes accounts and sees the tokens of everybody',
};
