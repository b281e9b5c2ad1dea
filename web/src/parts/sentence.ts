/** The daemon's clauses begin small, as they may stand in the middle of a line of the terminal; alone they begin as a sentence does. A name stays as it is. */
export function sentence(text: string): string {
  return /^[a-z]+[ ,]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
