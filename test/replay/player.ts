import type { Lab } from '#lab/lab.ts';
import { ask, type Reply } from './ask.ts';
import type { RecordedCall, Recording } from './recording.ts';

/** Every secret that was left out of the recordings. */
export const SECRET = '11111111-2222-4333-8444-555555555555';

export type Player = {
  readonly lab: Lab;
  /** auth-id → secret of tokens made during the replay. */
  readonly secrets: Map<string, string>;
  /** Recorded UPID → the lab's. */
  readonly upids: Map<string, string>;
  /** Recorded digest → the lab's. */
  readonly digests: Map<string, string>;
  /** Recorded UPIDs of calls the lab has not built. */
  readonly unbuiltTasks: Set<string>;
};

/** Forward only. */
export function moveClock({ lab }: Player, to: number | undefined): void {
  if (to !== undefined && to > lab.world.now) lab.advance(to - lab.world.now);
}

export async function send(player: Player, recording: Recording, call: RecordedCall): Promise<Reply> {
  const server = recording.product === 'pve' ? player.lab.pve : player.lab.pbs;
  return ask({
    url: server.url,
    method: call.method,
    path: call.path.replaceAll(/UPID[^/]*/g, (text) =>
      encodeURIComponent(player.upids.get(decodeURIComponent(text)) ?? decodeURIComponent(text)),
    ),
    pairs: pairsOf(call).map(
      ([name, value]) =>
        [name, call.name.includes('wrong secret') && name === 'password' ? value : inOurWords(player, name, value)] as const,
    ),
    authorization: authorizationOf(player, recording, call.why === undefined ? call.as : 'root'),
  });
}

/** What the lab has otherwise: digests, the fingerprint of the recorded PBS, secrets that were left out. */
function inOurWords({ digests, lab }: Player, name: string, value: string): string {
  if (value.toUpperCase() === RECORDED_FINGERPRINT) return lab.pbs.fingerprint;
  return digests.get(name === 'pid' ? `pid ${value}` : value) ?? (value === '<secret>' ? SECRET : value);
}

function pairsOf({ params, why }: RecordedCall): readonly (readonly [string, string])[] {
  if (params === null) return [];
  const list = Array.isArray(params) ? (params as readonly (readonly [string, unknown])[]) : Object.entries(params);
  if (why === 'password left out') return [...list, ['password', SECRET] as const].map(([name, value]) => [name, String(value)] as const);
  return list.map(([name, value]) => [name, String(value)] as const);
}

const PBS_SEPARATOR = ':';
const RECORDED_FINGERPRINT = '45:20:ED:EE:C8:3F:33:0C:06:B6:69:A6:6E:0B:92:3A:02:FD:39:D4:51:47:4E:76:FD:43:4C:88:5B:2D:8E:66';

function authorizationOf({ lab, secrets }: Player, { product }: Recording, as: string | null): string | undefined {
  if (as === null) return undefined;
  const [pve, pbs] = [['PVEAPIToken', '='] as const, ['PBSAPIToken', PBS_SEPARATOR] as const];
  const [word, separator] = product === 'pve' ? pve : pbs;
  const root = (product === 'pve' ? lab.pve : lab.pbs).tokens['root@pam!hf'] ?? '';
  switch (as) {
    case 'root':
      return `${word}=${root}`;
    case 'wrong':
      return `${word}=root@pam!hf${separator}00000000-0000-0000-0000-000000000000`;
    case 'nouser':
      return `${word}=nobody@pam!x${separator}00000000-0000-0000-0000-000000000000`;
    case 'pveform':
    case 'pbsform':
      return `${product === 'pve' ? 'PBSAPIToken' : 'PVEAPIToken'}=${root}`;
    default:
      return `${word}=${as}${separator}${secrets.get(as) ?? SECRET}`;
  }
}
