// A worker that is there to be killed: argv holds the URL of its Redis and the file of its notes.
import { appendFileSync } from 'node:fs';
import { ToolWorker } from '../bullmq/tool-worker.ts';
import { TRIAL_AGENT, TRIAL_DEFINITIONS, trialFunctions } from './kill-trial-tools.ts';

const [url = '', notes = ''] = process.argv.slice(2);
const functions = trialFunctions((line) => appendFileSync(notes, `${line}\n`));
const agents = new Map([[TRIAL_AGENT, { definitions: TRIAL_DEFINITIONS, functions }]]);
const worker = new ToolWorker({
  url,
  agents,
  followUps: null,
  onConnection: (isThere) => isThere && process.send?.('ready'),
});
// Whoever started it is gone, or has seen enough.
process.once('disconnect', () => void worker.close().then(() => process.exit(0)));
