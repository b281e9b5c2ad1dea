import { assign, promisedTier, type Assignment } from '../policy/assign.ts';
import type { Tier, TierId } from '../policy/policy.ts';
import { readTags } from '../policy/suggest/said.ts';
import { suggest } from '../policy/suggest/suggest.ts';
import type { CodeGuest } from './estate.ts';
import { onCodeGuest, type Around, type TofuFinding } from './told.ts';

/** What the policy says of a guest as the code has it. */
export function assignmentOf({ policy, site, now }: Pick<Around, 'policy' | 'site' | 'now'>, guest: CodeGuest): Assignment {
  return assign(policy, { site, now }, guest);
}

/** Guests without a tier, in a pool that is not their tier's, and those whose tags or looks say something else. */
export function tierFindings(around: Around): TofuFinding[] {
  return [...around.after.guests.values()].flatMap((guest) => {
    if (guest.template) return [];
    const assignment = assignmentOf(around, guest);
    const tier = around.policy.tiers.find(({ id }) => id === promisedTier(assignment));
    if (!tier) return untiered(around, guest, assignment);
    return [...wrongPool(around, guest, tier), ...contradictions(around, guest, tier)];
  });
}

function untiered(around: Around, guest: CodeGuest, { configured }: Assignment): TofuFinding[] {
  if (configured.kind === 'exception') return [];
  if (configured.kind === 'expired') {
    return [
      onCodeGuest(around, guest, {
        code: 'HF-EXCEPTION-ENDED',
        problem: `It is left without backup by ${configured.rule.at}, and that ended on ${configured.rule.until ?? 'no day at all'}`,
        why: 'nobody accepts any longer that it is lost',
        fix: 'give it a tier, or extend "until:" if the reason still holds',
      }),
    ];
  }
  const { tier, reasons } = suggest(suggestable(guest));
  const proposal = tier === undefined ? 'N' : String(tier);
  return [
    onCodeGuest(around, guest, {
      code: 'HF-UNASSIGNED',
      problem: 'No line of the policy gives it a tier',
      why: 'nothing is promised to it, so nobody notices when it is not backed up',
      fix: `give it one in the code${tier === undefined ? '' : ` (proposed because ${reasons[0]})`}, where a line of "assign" reads the tag that follows from it:\n    backup_tier = ${proposal}`,
    }),
  ];
}

function wrongPool(around: Around, guest: CodeGuest, tier: Tier): TofuFinding[] {
  // Holdfast puts guests into pools itself where the places are its own.
  const comes = guest.poolUnknown || (around.site.places === 'holdfast' && guest.pool === undefined);
  if (guest.pool === tier.pool || comes) return [];
  const other = around.policy.tiers.find(({ pool }) => pool === guest.pool);
  if (other) {
    return [
      onCodeGuest(around, guest, {
        code: 'HF-POOL-DISAGREES',
        problem: `The code puts it into pool ${other.pool} of tier ${other.id}, and the policy assigns tier ${tier.id} (${tier.name})`,
        why: "the backup job takes a pool's members, whatever the policy says: it gets the one tier's backups and the other one's promise",
        fix: `let both say the same:\n    backup_tier = ${tier.id}`,
        tier: tier.id,
      }),
    ];
  }
  return [
    onCodeGuest(around, guest, {
      code: 'HF-PLACE-CODE',
      problem: `The policy assigns tier ${tier.id} (${tier.name}), and the code puts it into ${guest.pool === undefined ? 'no pool' : `pool ${guest.pool}`}`,
      why: `the backup job of tier ${tier.id} takes the members of pool ${tier.pool} and nobody else`,
      fix: `put it there:\n    resource "proxmox_pool_membership" "${guest.name.replaceAll(/[^\w-]/g, '_')}" {\n      pool_id = "${tier.pool}"\n      vm_id   = ${guest.vmid}\n    }`,
      tier: tier.id,
    }),
  ];
}

/** From here on a proposal is worth a person's look. */
const SURE = 0.7;

function contradictions(around: Around, guest: CodeGuest, tier: Tier): TofuFinding[] {
  const spoken = readTags(guest.tags).filter(({ wants }) => wants !== tier.id);
  const named = spoken.filter(({ wants, weight }) => wants !== 'none' && weight >= 0.95);
  const hinted = spoken.filter(({ wants, weight }) => wants === 'none' || (weight < 0.95 && isStronger(around, wants, tier)));
  const wrong = named.map(({ reason, wants }) =>
    onCodeGuest(around, guest, {
      code: 'HF-TOFU-TAG',
      problem: `It has tier ${tier.id} (${tier.name}), and ${reason}: tier ${wants}`,
      why: 'who reads the tag believes in another promise than the one that is kept',
      fix: around.policy.tiers.some(({ id }) => id === wants)
        ? `remove the tag, or mean what it says:\n    backup_tier = ${wants}`
        : 'remove the tag: the policy has no such tier',
      tier: tier.id,
    }),
  );
  const doubtful = hinted.map(({ reason, wants }) =>
    onCodeGuest(around, guest, {
      severity: 'warning',
      code: 'HF-TOFU-TAG',
      problem: `It has tier ${tier.id} (${tier.name}), and ${reason}${wants === 'none' ? '' : `: that is a guest of tier ${wants}`}`,
      why: 'one of the two was not thought of',
      fix:
        wants === 'none'
          ? 'remove the tag, or write the exception down in the policy with a reason and an end'
          : `remove the tag, or give it more:\n    backup_tier = ${wants}`,
      tier: tier.id,
    }),
  );
  if (wrong.length + doubtful.length > 0) return [...wrong, ...doubtful];
  return looksLike(around, guest, tier);
}

/** Whether the policy has a tier of that number and promises more with it. Proposals name the four tiers of ADR-005. */
function isStronger({ policy }: Around, wanted: TierId, { rpoSeconds }: Tier): boolean {
  const tier = policy.tiers.find(({ id }) => id === wanted);
  return tier !== undefined && tier.rpoSeconds < rpoSeconds;
}

/** What its name and its notes say, without the tags and the pool that follow from the tier it was given. */
function looksLike(around: Around, guest: CodeGuest, tier: Tier): TofuFinding[] {
  const {
    tier: proposed,
    confidence,
    reasons,
  } = suggest(suggestable({ ...guest, tags: guest.tags.filter((tag) => readTags([tag]).length === 0) }));
  if (proposed === undefined || confidence < SURE || !isStronger(around, proposed, tier)) return [];
  return [
    onCodeGuest(around, guest, {
      severity: 'warning',
      code: 'HF-TOFU-SUGGESTS',
      problem: `It has tier ${tier.id} (${tier.name}), and looks like a guest of tier ${proposed}: ${reasons.slice(0, 2).join('; ')}`,
      why: 'what it holds may be worth more than it is promised',
      fix: `look again, and leave it if it is right:\n    backup_tier = ${proposed}`,
      tier: tier.id,
    }),
  ];
}

function suggestable({ name, type, vmid, tags, notes, disks }: CodeGuest): Parameters<typeof suggest>[0] {
  return { name, type, vmid, tags, notes, disksGiB: disks.map(({ sizeGiB }) => sizeGiB) };
}
