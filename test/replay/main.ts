import { sharedFolder } from '#test/shared.ts';
import { replay } from './play.ts';
import { loadRecordings } from './recording.ts';
import { summary } from './summary.ts';

const shared = sharedFolder();
if (shared === undefined) {
  console.error('No recordings: set HOLDFAST_SHARED to the folder with samples of real servers.');
  process.exit(2);
}
const outcomes = await replay(loadRecordings(shared));
console.log(
  summary(outcomes, { details: process.argv.includes('--details'), only: process.argv.find((word) => /^p(?:ve|bs)-\d\d$/.test(word)) }),
);
