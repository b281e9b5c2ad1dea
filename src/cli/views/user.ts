import type { Account } from '#core/access/account.ts';
import { spellDuration } from '#core/units.ts';
import type { Paint } from '../out.ts';
import { columns } from './columns.ts';

const KIND: Readonly<Record<Account['kind'], string>> = { local: 'password', oidc: 'OpenID Connect', proxy: 'reverse proxy' };

/** Every account as one row. */
export function usersText(now: number) {
  return (accounts: readonly Account[], paint: Paint): string => {
    if (accounts.length === 0)
      return 'Nobody can log in yet.\nMake the first account, or open the link that "holdfast serve" prints:\n    holdfast user add NAME --role admin';
    const rows = accounts.map(({ name, role, kind, lastLoginAt, disabled }) => [
      paint.bold(name),
      role,
      KIND[kind],
      disabled
        ? paint.yellow('disabled')
        : lastLoginAt === undefined
          ? 'never logged in'
          : `logged in ${spellDuration(now - lastLoginAt)} ago`,
    ]);
    return columns([['name', 'role', 'by', ''].map((title) => paint.dim(title)), ...rows]);
  };
}
