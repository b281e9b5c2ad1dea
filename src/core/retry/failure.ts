/**
 * Why a guest's backup failed, as far as its log tells: `transient` may go well the next time, `permanent` needs a person at the guest or its
 * disks, `ours` needs the policy, the storage or its login to be put right. What nobody knows is permanent: repeating it blindly helps nobody.
 */
export type FailureClass = 'transient' | 'permanent' | 'ours';

export type Failure = { readonly class: FailureClass; readonly because: string };

type Pattern = { readonly words: RegExp; readonly class: FailureClass; readonly because: string };

/**
 * In this order: the first that fits decides.
 * @see https://git.proxmox.com/?p=pve-manager.git;a=blob;f=PVE/VZDump.pm and what recorded logs of real servers say
 */
const PATTERNS: readonly Pattern[] = [
  { words: /interrupted by signal|received interrupt|aborted by user/i, class: 'permanent', because: 'somebody stopped it' },
  { words: /owner check failed/i, class: 'ours', because: 'the group belongs to another login' },
  {
    words: /namespace not found|datastore .*(not found|does not exist)|unknown datastore|no such datastore/i,
    class: 'ours',
    because: 'the place it goes to is not there',
  },
  {
    words:
      /permission check failed|permission denied|not allowed|authentication failed|invalid credentials|\b40[13] (unauthorized|forbidden)/i,
    class: 'ours',
    because: 'the login of the storage may not',
  },
  {
    words: /fingerprint .*(not|mismatch)|certificate verify failed|certificate validation/i,
    class: 'ours',
    because: 'the server shows another certificate than the storage expects',
  },
  {
    words: /storage '[^']*' (is disabled|does not exist)|storage .* is not (online|available)/i,
    class: 'ours',
    because: 'the storage is not there for it',
  },
  {
    words: /no space left|not enough (free )?space|ENOSPC|max backup limit|protected backups per guest is limited/i,
    class: 'permanent',
    because: 'there is no room for it',
  },
  { words: /maintenance mode|in maintenance/i, class: 'permanent', because: 'the datastore is in maintenance' },
  {
    words: /locked \(backup\)|can't lock file|got timeout|timed? ?out|can't acquire lock|lock .*timeout/i,
    class: 'transient',
    because: 'something else held it, or an answer came too late',
  },
  { words: /is locked \(/i, class: 'permanent', because: 'the guest is locked by something else' },
  {
    words: /unable to find (VM|CT)|does not exist|no such (volume|logical volume|file)|dataset does not exist|Input\/output error|err -5/i,
    class: 'permanent',
    because: 'something of the guest or its disks is gone or broken',
  },
  {
    words:
      /connection (refused|reset|error|closed)|unable to connect|broken pipe|backup connect failed|host (is )?unreachable|no route to host|temporary failure in name/i,
    class: 'transient',
    because: 'the other side was not to be reached',
  },
  { words: /start failed|QEMU exited/i, class: 'permanent', because: 'the guest could not be started for its backup' },
];

/** Reads the words of a failed run. No words at all: the task was torn off, as a rebooted host does it, and may go well the next time. */
export function readFailure(error: string | undefined): Failure {
  if (error === undefined || error.trim() === '') return { class: 'transient', because: 'it broke off without a word' };
  const found = PATTERNS.find(({ words }) => words.test(error));
  return found ? { class: found.class, because: found.because } : { class: 'permanent', because: 'its reason is not known' };
}
