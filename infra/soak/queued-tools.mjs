// Kills workers and Redis under queued tools, after `npm run build`: npm run soak [runs] [first seed].
// Prints each run that is amiss and the counts of all; the exit code is 1 when a call was lost,
// repeated against its effect, or answered with something that is not so.
import { killTable, killTrials } from '@antiphon/tools/testing';

const runs = Number(process.argv[2] ?? 200);
const first = Number(process.argv[3] ?? 1);
const startedAtMs = performance.now();
let ended = 0;
const reports = await killTrials(
  Array.from({ length: runs }, (_, index) => first + index),
  ({ seed, fault, duplicated, lost, untrue }) => {
    ended += 1;
    if (ended % 20 === 0) console.log(`${ended} of ${runs} runs`);
    if (duplicated + lost + untrue === 0) return;
    console.log(
      `seed ${seed} (${fault}): ${duplicated} duplicated, ${lost} lost, ${untrue} untrue`,
    );
    process.exitCode = 1;
  },
);
console.log(`\n${killTable(reports)}`);
console.log(`\n${((performance.now() - startedAtMs) / 60_000).toFixed(1)} minutes`);
