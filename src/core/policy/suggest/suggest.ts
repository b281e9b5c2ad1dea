import type { TierId } from '../policy.ts';
import { readNotes, readTags, type Wish } from './said.ts';
import { tokenize, type Token } from './tokens.ts';
import { BUILD_SERVER, CLUSTER, PRODUCTION, SYSTEMS } from './context.ts';
import { VOCABULARY, type Kind, type Meaning } from './vocabulary.ts';

/** What is known about a guest that has no tier. */
export type Suggestable = {
  readonly name: string;
  readonly type: 'vm' | 'ct';
  readonly vmid: number;
  readonly tags?: readonly string[];
  readonly pool?: string;
  readonly disksGiB?: readonly number[];
  readonly notes?: string;
  readonly template?: boolean;
};

/** A proposal for a person to accept or not; `tier` is absent where nothing is known well enough to propose anything. */
export type Suggestion = {
  readonly tier?: TierId;
  /** 0 to 1: how often a guest that looks like this belongs there. */
  readonly confidence: number;
  readonly reasons: readonly string[];
};

/** Below this a guess helps nobody. */
const LEAST_CONFIDENCE = 0.4;
const LARGE_GIB = 2048;

type Signal = Meaning & { readonly text: string; readonly word: string };
type Verdict = { readonly tier: TierId; readonly confidence: number; readonly reasons: readonly string[] };

/**
 * Proposes one of the four tiers of ADR-005 for a guest: 1 databases and backup infrastructure, 2 applications and their
 * state, 3 development and test, 4 caches, models and anything that can be made again. What people said outright (a tag
 * or a note such as `tier-2`, `critical`, `backup:none`) wins over what a name looks like. Signals that contradict each
 * other lower the confidence. The criteria stand in docs/concepts.md. With `known`, no other tier is proposed: a line that names a
 * tier which the policy does not have would make it invalid.
 */
export function suggest(guest: Suggestable, known?: ReadonlySet<TierId>): Suggestion {
  const isKnown = (tier: TierId): boolean => known?.has(tier) ?? true;
  const wishes = [...readTags(guest.tags ?? []), ...readTags(guest.pool ? [guest.pool] : [], 'pool'), ...readNotes(guest.notes ?? '')];
  const refusal = wishes.find(({ wants }) => wants === 'none');
  if (refusal) return { confidence: 0, reasons: [`${refusal.reason}: write an exception with a reason and an end date instead`] };
  const looks = look(guest);
  const said = obey(
    wishes.filter(({ wants }) => isKnown(wants as TierId)),
    looks,
  );
  const verdict = said ?? looks;
  if (!verdict || verdict.confidence < LEAST_CONFIDENCE) return { confidence: 0, reasons: unsure(guest, verdict) };
  if (!isKnown(verdict.tier)) return { confidence: 0, reasons: [...verdict.reasons, `but the policy has no tier ${verdict.tier}`] };
  return weighSize(guest, verdict);
}

/** What was said outright. Two people who say different things: the stronger promise, and little confidence. */
function obey(wishes: readonly Wish[], looks: Verdict | undefined): Verdict | undefined {
  const strongest = Math.max(0, ...wishes.map(({ weight }) => weight));
  const loud = wishes.filter(({ weight }) => weight === strongest);
  const tiers = [...new Set(loud.map(({ wants }) => wants as TierId))].toSorted((a, b) => a - b);
  const tier = tiers[0];
  if (tier === undefined) return undefined;
  const reasons = loud.map(({ reason }) => reason);
  if (tiers.length > 1)
    return { tier, confidence: 0.45, reasons: [...reasons, 'they contradict each other; the stronger promise is the safer one'] };
  if (!looks || looks.tier === tier)
    return { tier, confidence: round(Math.min(0.99, strongest + (looks ? 0.04 : 0))), reasons: [...reasons, ...(looks?.reasons ?? [])] };
  return {
    tier,
    confidence: round(strongest - 0.15),
    reasons: [...reasons, `but ${looks.reasons[0]}, which looks like tier ${looks.tier}`],
  };
}

/** What the name looks like; where it says nothing, the notes. */
function look(guest: Suggestable): Verdict | undefined {
  const tokens = tokenize(guest.name);
  const template = templateVerdict(guest, tokens);
  if (template) return template;
  const tags = (guest.tags ?? []).flatMap(tokenize);
  const pool = tokenize(guest.pool ?? '');
  const named = decide(
    signalsOf(tokens),
    tokens.map(({ word }) => word),
    'the name',
  );
  const tagged = decide(
    signalsOf([...tags, ...pool]),
    [...tags, ...pool].map(({ word }) => word),
    'the tags',
  );
  const noted = decide(signalsOf(tokenize(plainText(guest.notes ?? ''))).slice(0, 12), [], 'the notes');
  const first = join(named, tagged);
  if (first && first.confidence >= LEAST_CONFIDENCE && !isAmbiguous(tokens)) return agree(first, noted);
  if (!noted) return first;
  const confidence = round(Math.min(0.75, noted.confidence - 0.12));
  return { ...noted, confidence, reasons: [...noted.reasons, ...(first?.reasons ?? [])] };
}

/** Name and tags together: a tag says what the guest is for, so a test by tag is a test. */
function join(named: Verdict | undefined, tagged: Verdict | undefined): Verdict | undefined {
  if (!named || !tagged) return named ?? tagged;
  if (named.tier === tagged.tier) return agree(named, tagged);
  const winner = tagged.tier === 3 || tagged.tier === 4 || tagged.confidence > named.confidence ? tagged : named;
  const loser = winner === tagged ? named : tagged;
  return { ...winner, confidence: round(winner.confidence - 0.18), reasons: [...winner.reasons, `but ${loser.reasons[0]}`] };
}

function agree(verdict: Verdict, other: Verdict | undefined): Verdict {
  if (!other || other.tier !== verdict.tier) return verdict;
  return {
    ...verdict,
    confidence: round(Math.min(0.97, verdict.confidence + 0.04)),
    reasons: [...verdict.reasons, ...other.reasons.slice(0, 1)],
  };
}

/** Redis and its kin: what the notes say decides whether they store or only cache. */
function isAmbiguous(tokens: readonly Token[]): boolean {
  const signals = signalsOf(tokens);
  return signals.length > 0 && signals.every(({ weight }) => weight <= 0.5);
}

function signalsOf(tokens: readonly Token[]): Signal[] {
  return tokens.flatMap(({ word, text }) => {
    const meaning = VOCABULARY.get(word);
    return meaning ? [{ ...meaning, word, text }] : [];
  });
}

/** One verdict from the words of one place. An environment beats a role, a role a service, a service a hint. */
function decide(signals: readonly Signal[], words: readonly string[], where: string): Verdict | undefined {
  const helped = withHelpers(signals, words);
  const environment = helped.find(({ kind }) => kind === 'environment');
  const production = words.some((word) => PRODUCTION.has(word));
  if (environment) return inEnvironment(environment, helped, { production, where });
  const roles = helped.filter(({ kind }) => kind === 'role');
  const role = roles.findLast(({ tier }) => tier === 4) ?? roles.at(-1);
  const chosen = role ?? strongest(helped, 'service') ?? strongest(helped, 'hint');
  if (!chosen) return production ? { tier: 2, confidence: 0.45, reasons: [`${where} says that it is in production`] } : undefined;
  const rest = helped.filter((signal) => signal !== chosen && signal.kind !== 'hint');
  const disagree = role === undefined && rest.some(({ tier, kind }) => kind === 'service' && tier !== chosen.tier);
  const less = disagree ? 0.15 : 0;
  const more = production && chosen.tier <= 2 ? 0.05 : 0;
  const reasons = [spell(chosen, where)];
  if (production && chosen.tier >= 3) reasons.push(`${where} says that it is in production`);
  return {
    tier: chosen.tier,
    confidence: round(Math.min(0.97, chosen.weight + more - less - (production && chosen.tier >= 3 ? 0.15 : 0))),
    reasons,
  };
}

/** A test of a database is a test. Where it is said to be in production too, the safer reading holds, with little confidence. */
function inEnvironment(
  environment: Signal,
  signals: readonly Signal[],
  { production, where }: { readonly production: boolean; readonly where: string },
): Verdict {
  const service = signals.findLast(({ kind }) => kind === 'role') ?? strongest(signals, 'service');
  const reason = spell(environment, where);
  if (production) {
    const tier = service && service.tier <= 2 ? service.tier : 2;
    return {
      tier,
      confidence: 0.42,
      reasons: [`${where} says both production and "${environment.text}"; the stronger promise is the safer one`],
    };
  }
  if (!service || service.tier === 3) return { tier: 3, confidence: environment.weight, reasons: [reason] };
  const confidence = round(environment.weight - (service.tier === 2 ? 0.08 : 0.15));
  return { tier: 3, confidence, reasons: [reason, `although it is ${service.is}`] };
}

/** `worker`, `agent` and `control plane` mean something beside the service they belong to, and alone next to nothing. */
function withHelpers(signals: readonly Signal[], words: readonly string[]): Signal[] {
  const inCluster = words.some((word) => CLUSTER.has(word));
  const inBuild = words.some((word) => BUILD_SERVER.has(word));
  return signals.flatMap((signal): Signal[] => {
    if (signal.kind !== 'helper') return [signal];
    if (signal.tier === 3 && inCluster) return [{ ...signal, kind: 'role', tier: 4, is: 'a worker, made again from code' }];
    if (signal.tier === 3) return inBuild ? [{ ...signal, kind: 'role' }] : [];
    if (inBuild && signal.tier === 4) return [{ ...signal, kind: 'role', tier: 3, is: 'a guest that builds and tests software' }];
    if (inCluster) return [{ ...signal, kind: 'role' }];
    return signal.tier === 4 ? [{ ...signal, kind: 'hint', weight: 0.42 }] : [];
  });
}

function strongest(signals: readonly Signal[], kind: Kind): Signal | undefined {
  return signals.filter((signal) => signal.kind === kind).toSorted((a, b) => b.weight - a.weight || a.tier - b.tier)[0];
}

/** A template by its flag, or by a high vmid and the name of a system: `ubuntu-24.04-base` as 9000. */
function templateVerdict({ template, vmid }: Suggestable, tokens: readonly Token[]): Verdict | undefined {
  if (template) return { tier: 4, confidence: 0.85, reasons: ['it is a template, which can be made again'] };
  const system = tokens.find(({ word }) => SYSTEMS.has(word));
  const rest = tokens.filter(({ word }) => VOCABULARY.has(word) && VOCABULARY.get(word)!.is !== VOCABULARY.get('template')!.is);
  if (!system || vmid < 9000 || rest.length > 0) return undefined;
  return { tier: 4, confidence: 0.6, reasons: [`a plain "${system.text}" with the vmid ${vmid} is most often a template`] };
}

/** Large guests cost most where they are backed up every night: worth a second look before it is done. */
function weighSize({ disksGiB }: Suggestable, verdict: Verdict): Suggestion {
  const sizeGiB = (disksGiB ?? []).reduce((sum, size) => sum + size, 0);
  if (sizeGiB < LARGE_GIB) return verdict;
  const size = `${Math.round(sizeGiB / 102.4) / 10} TiB`;
  if (verdict.tier === 4)
    return { ...verdict, reasons: [...verdict.reasons, `${size} that can be made again are not worth a frequent backup`] };
  if (verdict.tier > 1) return verdict;
  return {
    ...verdict,
    confidence: round(verdict.confidence - 0.08),
    reasons: [...verdict.reasons, `but ${size} are much for a nightly backup`],
  };
}

function unsure({ name }: Suggestable, verdict: Verdict | undefined): string[] {
  if (verdict) return [`nothing certain enough: ${verdict.reasons[0]}`];
  return [`neither "${name}" nor its tags and notes say what it is for`];
}

function spell({ text, is }: Signal, where: string): string {
  return `"${text}" in ${where} says that it is ${is}`;
}

/** Notes without markup and addresses: those of installers are full of links to projects. */
function plainText(notes: string): string {
  return notes.slice(0, 4000).replaceAll(/<[^>]*>|!?\[[^\]]*\]\([^)]*\)|https?:\/\/\S+|\S+@\S+/g, ' ');
}

function round(value: number): number {
  return Math.max(0, Math.round(value * 100) / 100);
}
