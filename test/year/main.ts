import { INCIDENTS } from './incidents.ts';
import { playYear } from './play.ts';
import { headText, outcomeText, summaryText } from './table.ts';

/* `npm run year`: a year of incidents on virtual time, and for each whether people heard of it in time, and of nothing else. */

const only = process.argv[2];
const incidents = only === undefined ? INCIDENTS : INCIDENTS.filter(({ name }) => name.includes(only));
if (incidents.length === 0) {
  console.error(`No incident has "${only}" in its name.`);
  process.exit(2);
}
console.log(headText());
const outcomes = await playYear(incidents, (outcome) => console.log(outcomeText(outcome)));
console.log(summaryText(outcomes));
process.exit(outcomes.every(({ inTime, strange, left }) => inTime && strange.length === 0 && left.length === 0) ? 0 : 1);
