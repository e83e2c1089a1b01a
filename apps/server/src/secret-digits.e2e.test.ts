import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pipelinesOf } from './testing/parallel-calls-engine.ts';
import { ScriptedEngine } from './testing/scripted-engine.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY, writeAgent } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';
import { TraceCollector } from './testing/trace-collector.ts';
import { TypingCaller } from './testing/typing-caller.ts';

const DIGITS = '739146028517';

/** The digits in a row, or with the signs that people put between them. */
const ANYWHERE = new RegExp(DIGITS.split('').join('[^0-9a-z]{0,4}'), 'iu');

/** Half of them would be too much. */
const HALVES = [DIGITS.slice(0, 6), DIGITS.slice(6)];

let folder: string;
let server: TestServer;
let collector: TraceCollector;
let releaseFile: string;
let logged = '';
let closing: Promise<void> | null = null;
const close = () => (closing ??= server.close());

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-secret-'));
  releaseFile = path.join(folder, 'release');
  const agentsDir = path.join(folder, 'agents');
  await writeAgent(agentsDir, 'bank', null);
  const agent = path.join(agentsDir, 'bank');
  const tool = (name: string, more: string) => `  - name: ${name}
    description: Takes a card number.
    parameters: { type: object, properties: { card: { type: string } }, required: [card] }
${more}`;
  await appendFile(
    path.join(agent, 'agent.yaml'),
    `keypad: secure\ntools:\n${tool('fail', '')}${tool('charge', '    deadlineMs: 1000\n')}`,
  );
  await mkdir(path.join(agent, 'tools'));
  await mkdir(path.join(agent, 'follow-ups'));
  await writeFile(
    path.join(agent, 'tools', 'fail.mts'),
    'export default ({ card }: any) => { throw new Error(`No card ${card} is known.`); };\n',
  );
  await writeFile(
    path.join(agent, 'tools', 'charge.mts'),
    `import { existsSync, writeFileSync } from 'node:fs';
export default async ({ card }: any) => {
  writeFileSync(${JSON.stringify(path.join(folder, 'got'))}, card);
  while (!existsSync(${JSON.stringify(releaseFile)})) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { card, spaced: card.replace(/(....)/g, '$1 ').trim(), status: 'charged' };
};
`,
  );
  await writeFile(
    path.join(agent, 'follow-ups', 'charge.md'),
    'Subject: Card {card}\n\nCard {card} is {result.status}: {result}\n',
  );
  collector = await TraceCollector.start();
  const engine = new ScriptedEngine((history) => {
    const calls = history.flatMap((item) => (item.kind === 'toolCall' ? [item.name] : []));
    const typed = history.some((item) => item.kind === 'message' && item.speaker === 'caller');
    if (!typed || calls.includes('charge')) return { say: 'Fine.' };
    const name = calls.includes('fail') ? 'charge' : 'fail';
    return { call: { name, arguments: '{"card":"{secure:entry_1}"}' } };
  });
  const log = pino({ level: 'trace' }, { write: (line: string) => void (logged += line) });
  server = await startTestServer(
    {
      agentsDir,
      defaultAgent: 'bank',
      mailDir: path.join(folder, 'mail'),
      dataDir: path.join(folder, 'data'),
      tracing: { url: collector.url, serviceName: 'test', ratio: 1, keepsPrivate: true },
    },
    { openPipelines: () => Promise.resolve(pipelinesOf(engine)), log },
  );
});

afterAll(async () => {
  await close();
  await collector.close();
  await rm(folder, { recursive: true });
});

/** All of a folder, file by file. */
async function contentsOf(root: string): Promise<string> {
  const files = await readdir(root, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFile(path.join(file.parentPath, file.name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
}

it('digits that are typed in secret reach the tool, and are found nowhere after the call', async () => {
  const console = await TestClient.open(`${server.wsUrl}/console/feed`, { key: TEST_KEY });
  console.send({ type: 'watch.sessions' });
  const caller = await TypingCaller.open(server, TEST_KEY, 'bank');
  console.send({ type: 'watch.session', sessionId: caller.sessionId });
  caller.client.send({
    type: 'session.update',
    session: { type: 'realtime', antiphon: { contactEmail: 'jo@example.com' } },
  });
  await caller.client.message('session.updated');
  caller.presses(`${DIGITS}#`);
  await caller.feed.message('tool.settled');
  await caller.isAsked(1);
  caller.says('yes please');
  await caller.isAsked(2);
  caller.says('yes');
  await caller.feed.message('followUp.promised');
  await writeFile(releaseFile, '');
  await caller.feed.message(({ state }) => state === 'sent');
  const ask = async (url: string): Promise<string> => {
    const response = await fetch(`${server.url}${url}`, {
      headers: { authorization: `Bearer ${TEST_KEY}` },
    });
    return response.text();
  };
  const metrics = await ask('/metrics');
  await caller.hangsUp();
  await expect.poll(() => logged).toContain('session ended');
  const page = await ask(`/console/sessions/${caller.sessionId}`);
  const replay = await ask(`/console/sessions/${caller.sessionId}/replay`);
  await console.close();
  await close();

  expect(await readFile(path.join(folder, 'got'), 'utf8')).toBe(DIGITS);
  const mails = await contentsOf(path.join(folder, 'mail'));
  const recordings = await contentsOf(path.join(folder, 'data', 'recordings'));
  const places = {
    client: JSON.stringify(caller.client.messages),
    feed: JSON.stringify(caller.feed.messages),
    console: JSON.stringify(console.messages),
    page,
    replay,
    metrics,
    recordings,
    mails,
    traces: collector.text,
    logged,
  };
  // Each place was told of the call, or it would prove nothing.
  const told = {
    client: 'secure:entry_1',
    feed: 'charge',
    console: 'charge',
    page: 'charge',
    replay: 'states',
    metrics: 'charge',
    recordings: 'secure:entry_1',
    mails: 'charged',
    traces: 'charge',
    logged: 'charge',
  };
  for (const [place, text] of Object.entries(places)) {
    expect(text, place).toContain(told[place as keyof typeof told]);
    expect(ANYWHERE.test(text), place).toBe(false);
    for (const half of HALVES) expect(text.includes(half), place).toBe(false);
  }
  // Nor key by key.
  expect(Object.values(places).some((text) => /"digit"|antiphon\.dtmf/u.test(text))).toBe(false);
});
