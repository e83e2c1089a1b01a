// What the console costs the browser, and whom it watches, after `npm run build`:
// npm run bench:console -- [--sessions 200] [--seconds 20] shows the table of a fake server, whose
// feed has the rate of real calls; with --server [--rounds 3] a real server whose sessions a load
// keeps talking, its table and one session's page, by turns with nobody who watches.
import { parseArgs } from 'node:util';
import { watchFakeServer } from './console-page/fake-server.mjs';
import { watchServer } from './console-page/real-server.mjs';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '200' },
    seconds: { type: 'string' },
    server: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
  },
});
const sessions = Number(values.sessions);
if (values.server) {
  const seconds = Number(values.seconds ?? 10);
  await watchServer({ sessions, seconds, rounds: Number(values.rounds) });
} else {
  await watchFakeServer({ sessions, seconds: Number(values.seconds ?? 20) });
}
