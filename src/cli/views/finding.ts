import type { FilePlace, Finding, Severity } from '#core/finding.ts';
import type { Paint } from '../out.ts';
import { wrap } from './wrap.ts';

const COLOR: Readonly<Record<Severity, 'red' | 'yellow' | 'cyan'>> = { error: 'red', warning: 'yellow', info: 'cyan' };

/** Longer lines than this are hard to read, however wide the terminal is. */
const WIDEST = 120;

/** A finding as a person reads it: where, the line with a caret, what is wrong, why it matters, one fix. Sentences fit `width`. */
export function findingText(finding: Finding, paint: Paint, width = Infinity): string {
  const { severity, code, place, problem, why, fix } = finding;
  const head = `${paint[COLOR[severity]](severity)} ${paint.bold(code)} at ${whereText(finding)}`;
  const quote = place ? `${quoteText(place, paint, COLOR[severity])}\n` : '';
  const body = [sentence(safe(problem)), `Because ${safe(why)}.`, `Fix: ${safe(fix)}`].flatMap((text) => text.split('\n'));
  return `${head}\n${quote}${body.map((line) => bodyLine(line, width)).join('\n')}\n`;
}

/** A line that is indented is a command or a piece of YAML, to be copied as it is. */
function bodyLine(line: string, width: number): string {
  return width === Infinity || line.startsWith(' ') ? `  ${line}` : wrap(line, { width: Math.min(width, WIDEST), indent: 2 });
}

/** All of them, with a blank line between, and how many there are at the end. Empty where there are none. */
export function findingsText(findings: readonly Finding[], paint: Paint, width = Infinity): string {
  if (findings.length === 0) return '';
  return `${findings.map((finding) => findingText(finding, paint, width)).join('\n')}\n${countText(findings)}\n`;
}

function sentence(text: string): string {
  return /[?!]$/.test(text) ? text : `${text}.`;
}

/** `2 errors, 1 warning` */
export function countText(findings: readonly Finding[]): string {
  const words = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity === 'info' ? 'to know' : severity}${count === 1 || severity === 'info' ? '' : 's'}`];
  });
  return words.length === 0 ? 'no findings' : words.join(', ');
}

/** `holdfast.yaml:12:5 (tiers.1.rpo)`, or the place in the world. */
function whereText({ place, at }: Finding): string {
  if (!place) return safe(at);
  const spot = `${place.file}:${place.line}:${place.column}`;
  return at === spot ? safe(spot) : safe(`${spot} (${at})`);
}

function quoteText(place: FilePlace, paint: Paint, color: 'red' | 'yellow' | 'cyan'): string {
  const number = String(place.line).padStart(5);
  const before = Array.from(place.text).slice(0, (place.textColumn ?? place.column) - 1);
  const pad = before.map((character) => (isWide(character) ? '  ' : ' ')).join('');
  const line = safe(place.text.replaceAll('\t', ' '));
  return `${paint.dim(`${number} |`)} ${line}\n${paint.dim('      |')} ${pad}${paint[color]('^'.repeat(place.length))}`;
}

/** Control characters of a hostile file must not steer the terminal. */
export function safe(text: string): string {
  return Array.from(text, (character) => (isControl(character) ? '\u{FFFD}' : character)).join('');
}

function isControl(character: string): boolean {
  const point = character.codePointAt(0)!;
  return (
    (point < 0x20 && character !== '\n') ||
    (point >= 0x7f && point < 0xa0) ||
    (point >= 0x202a && point <= 0x202e) ||
    (point >= 0x2066 && point <= 0x2069)
  );
}

/** Two columns wide in a terminal: East Asian scripts and most emoji. */
function isWide(character: string): boolean {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
    character,
  );
}
