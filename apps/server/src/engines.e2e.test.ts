import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  edgesOf,
  latencyOf,
  namesOf,
  spansNamed,
  spanTrees,
  timesOf,
} from './testing/span-tree.ts';
import type { SpanTree } from './testing/span-tree.ts';
import type { EngineCall } from './testing/engines/engine-call.ts';
import { ENGINES, EngineTrial } from './testing/engines/engine-trial.ts';
import type { EngineName } from './testing/engines/engine-trial.ts';
import { sessionsOf } from './testing/engines/local-models.ts';

/** The calls are held at the same time and take a minute. */
const CALLS_LIMIT_MS = 180_000;

/** The feed of a session that is over is kept for so long. */
const FEED_KEPT_MS = 300_000;

/** What the caller cuts into, and how: the first words of the rest may or may not be heard. */
const CUT_ANSWER =
  'Order 4471 has shipped and should arrive on April 25. Does that fit what your tracking shows?';

/** The whole conversation as a model reads it when it is over, with every engine. */
const HISTORY = [
  'agent: Acme Software support, Alex speaking. What can I do for you?',
  "caller: hi i'd like to check on an order from last week",
  "agent: Sure. What's the order number?",
  "caller: it's uh four four seven one",
  'agent: One moment.',
  'call: lookup_order {"order_id":"4471"}',
  'agent: Still on it.',
  'result: {"order_id":"4471","status":"shipped","expected_delivery":"April 25","email":"maria.carter@example.com"}',
  // Where the caller cuts in, which is a word sooner or later on a machine that is late.
  `agent: ${CUT_ANSWER.slice(0, -' tracking shows?'.length)} |`,
  "caller: no it doesn't",
  "agent: I'm sorry about that. I'll ask the carrier.",
  'call: trace_package {"order_id":"4471"}',
  'agent: This is taking longer than it should. Shall I email you the answer?',
  'caller: yes please',
  'agent: I have maria dot carter at example dot com. Is that right?',
  'caller: yes that is right',
  'result: {"deferred":"email"}',
  'agent: It will come by email. Can I help with anything else?',
  'caller: please cancel my order',
  'call: cancel_order {"order_id":"4471"}',
  "agent: I'll cancel order 4471, and the money goes back to your card. Shall I go ahead?",
  'caller: yes please',
  'result: {"order_id":"4471","status":"cancelled"}',
  'agent: Order 4471 is cancelled, and the money goes back to your card. Can I help with anything else?',
];

let trial: EngineTrial;
const calls = new Map<EngineName, EngineCall>();

beforeAll(async () => {
  trial = await EngineTrial.start();
  const hold = async (engine: EngineName): Promise<void> => {
    calls.set(engine, await trial.call(engine));
  };
  await Promise.all(ENGINES.map(hold));
}, CALLS_LIMIT_MS);

afterAll(async () => {
  await trial.close();
});

const isCut = (item: string): boolean => item.endsWith(' |');

/** An item without how much of it was heard. */
function uncut(item: string): string {
  if (!isCut(item)) return item;
  const heard = item.slice('agent: '.length, -' |'.length);
  return CUT_ANSWER.startsWith(heard) ? `agent: ${CUT_ANSWER}` : item;
}

function wordsIn(text: string | null | undefined): number {
  return text?.match(/\S+/gu)?.length ?? 0;
}

function callOf(engine: EngineName): EngineCall {
  const call = calls.get(engine);
  if (!call) throw new Error(`There was no call to ${engine}.`);
  return call;
}

describe('the agents of the engines', () => {
  it('are one folder, of which only the line "pipeline" differs', () => {
    const folders = ENGINES.map((engine) => ({ engine, files: filesIn(trial.folderOf(engine)) }));
    const { files: first } = folders[0]!;
    expect(first.size).toBeGreaterThan(5);
    for (const { engine, files } of folders) {
      expect([...files.keys()]).toEqual([...first.keys()]);
      const differing = [...files].flatMap(([name, text]) => {
        const lines = text.split('\n');
        const others = first.get(name)!.split('\n');
        expect(lines.length).toBe(others.length);
        return lines.filter((line, index) => line !== others[index]).map((line) => [name, line]);
      });
      const expected = engine === ENGINES[0] ? [] : [['agent.yaml', `pipeline: ${engine}`]];
      expect(differing).toEqual(expected);
    }
  });
});

describe.each(ENGINES)('a whole call to an agent of the engine %s', (engine) => {
  it('goes as its scenario says', () => {
    const { checks } = callOf(engine).told;
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(checks.length).toBeGreaterThan(20);
  });

  it('leaves the same history', () => {
    const { history } = callOf(engine);
    expect(history.map(uncut)).toEqual(HISTORY.map(uncut));
    const [cut, expected] = [history, HISTORY].map((items) => items.find(isCut) ?? '');
    expect(Math.abs(wordsIn(cut) - wordsIn(expected))).toBeLessThanOrEqual(1);
  });

  it('keeps of the answer that was cut the words that were played, wherever one asks', () => {
    const call = callOf(engine);
    const [cut] = call.all('item.truncated');
    expect(call.all('item.truncated')).toHaveLength(1);
    expect(`${cut?.heard} ${cut?.unheard}`).toBe(CUT_ANSWER);
    expect(call.told.interruptions.map(({ transcript }) => transcript)).toEqual([cut?.heard]);
    expect(call.all('bargeIn.decided').map(({ verdict }) => verdict)).toEqual(['cut']);
  });

  it('fills the wait for the lookup with a line of the session', () => {
    const call = callOf(engine);
    const covered = call.all('tool.covered').map(({ name }) => name);
    expect(covered).toEqual(['lookup_order']);
  });

  it('runs what changes something after the whole question was answered with yes', () => {
    const call = callOf(engine);
    const about = call.events.flatMap((event) =>
      'name' in event && event.name === 'cancel_order' ? [event.type] : [],
    );
    expect(about).toEqual(['consent.asked', 'consent.decided', 'tool.started', 'tool.settled']);
    expect(call.all('consent.decided').map(({ verdict }) => verdict)).toEqual(['confirmed']);
  });

  it('promises the answer of the slow tool once, after both questions', () => {
    const call = callOf(engine);
    const about = call.events.flatMap((event) =>
      'name' in event && event.name === 'trace_package' ? [event.type] : [],
    );
    expect(about).toEqual([
      'tool.started',
      'tool.overdue',
      'followUp.offered',
      'followUp.promised',
      'tool.settled',
    ]);
  });

  it('has nothing fail, and ends when the caller hangs up', () => {
    const call = callOf(engine);
    expect([...call.all('engine.failed'), ...call.all('invariant.violated')]).toEqual([]);
    const failed = call.all('generation.ended').filter(({ outcome }) => outcome === 'failed');
    expect(failed).toEqual([]);
    expect(call.all('session.ended').map(({ reason }) => reason)).toEqual(['callerLeft']);
  });
});

/** A plain turn that ends by the words; the answer is two sentences. */
const TURN_SPANS = [
  'invoke_agent acme-embedded',
  '  antiphon.endpointing',
  '    antiphon.eou.predict',
  '    antiphon.vad.hangover',
  '    speech_to_text soundswallower',
  '  antiphon.ingress',
  '  antiphon.playout',
  '  antiphon.response',
  '    antiphon.egress',
  '    antiphon.text_aggregation',
  '    chat scripted',
  '    text_to_speech flite',
  '    text_to_speech flite',
  '  user_speech',
];

/** Which spans stand below which, in a call without a worker and without webhooks. */
const EDGES = Object.entries({
  'invoke_agent acme-embedded': [
    'user_speech',
    'antiphon.ingress',
    'antiphon.endpointing',
    'antiphon.response',
    'antiphon.playout',
    'execute_tool lookup_order',
    'execute_tool trace_package',
    'execute_tool cancel_order',
  ],
  'antiphon.endpointing': ['antiphon.vad.hangover', 'speech_to_text soundswallower'],
  'antiphon.response': [
    'chat scripted',
    'antiphon.text_aggregation',
    'text_to_speech flite',
    'antiphon.egress',
  ],
}).flatMap(([parent, children]) => children.map((child) => `${parent} > ${child}`));

describe('the trace of a spoken turn of the embedded engine', () => {
  /** So many turns that a caller spoke, in their order, once the collector has them. */
  async function spokenTurns(count: number): Promise<SpanTree[]> {
    const found = () =>
      spanTrees(trial.traces.spans, 'invoke_agent acme-embedded').filter(
        (root) => spansNamed(root, 'user_speech').length > 0,
      );
    await expect.poll(() => found().length, { timeout: 20_000 }).toBe(count);
    return found();
  }

  const linesOfCaller = () =>
    callOf('embedded').history.filter((line) => line.startsWith('caller:')).length;

  it('has every span of a whole call at its place, and the hops of each turn add up', async () => {
    const turns = await spokenTurns(linesOfCaller());
    expect(new Set(turns.flatMap(edgesOf))).toEqual(new Set(EDGES));
    for (const turn of turns) addsUp(turn);
    const tools = turns.flatMap((turn) => spansNamed(turn, 'execute_tool').map(({ name }) => name));
    expect(tools).toEqual([
      'execute_tool lookup_order',
      'execute_tool trace_package',
      'execute_tool cancel_order',
    ]);
  });

  it('is the whole tree, where turns end by the words', async () => {
    await trial.askBySemantics('embedded');
    const turn = (await spokenTurns(linesOfCaller() + 1)).at(-1)!;
    expect(namesOf(turn)).toEqual(TURN_SPANS);
    addsUp(turn);
  });

  function addsUp(turn: SpanTree): void {
    const { wholeMs, unexplainedMs } = latencyOf(turn);
    const allowedMs = Math.max(5, 0.05 * wholeMs);
    expect(Math.abs(unexplainedMs), timesOf(turn).join('\n')).toBeLessThanOrEqual(allowedMs);
    expect(wholeMs).toBeCloseTo(Number(turn.attributes['antiphon.turn.latency_ms']), 0);
  }
});

describe('the promised answers', () => {
  it('arrive as one mail for each call', () => {
    const { delivered } = trial.mails;
    expect(delivered.map(({ to }) => to)).toEqual(ENGINES.map(() => ['maria.carter@example.com']));
    expect(new Set(delivered.map(({ messageId }) => messageId)).size).toBe(ENGINES.length);
    for (const { source } of delivered) {
      expect(source).toContain('Subject: Where your order 4471 is');
      expect(source).toContain('Columbus');
    }
  });
});

describe('the words that nobody heard', () => {
  it('are struck upstream, too, of a model that takes truncation', async () => {
    const [ours] = callOf('openai-realtime').all('item.truncated');
    await expect
      .poll(async () => {
        const sessions = await trial.models['openai-realtime'].recordings();
        return sessions
          .flat()
          .filter((event) => event.type === 'item.truncated')
          .map(({ heard, unheard, audioEndMs }) => ({
            all: `${heard} ${unheard}`,
            audioEndMs,
            // Our word times are found in the sound, its own are those of the voice.
            isWithinAWord: Math.abs(wordsIn(heard) - wordsIn(ours?.heard)) <= 1,
          }));
      })
      .toEqual([{ all: CUT_ANSWER, audioEndMs: ours?.audioEndMs, isWithinAWord: true }]);
  });

  it('are not in what the model of a cascade reads', () => {
    const [cut] = callOf('cascade').all('item.truncated');
    const asked = trial.models.cascade.chat.exchanges.map(({ body }) =>
      body.messages.flatMap(({ role, content }) => (role === 'assistant' ? [content] : [])),
    );
    const afterwards = asked.filter((said) => said.includes(cut?.heard));
    expect(afterwards.length).toBeGreaterThanOrEqual(4);
    expect(asked.flat()).not.toContain(CUT_ANSWER);
  });

  it('are unknown to another connection of a model that takes nothing back', () => {
    const [cut] = callOf('gemini-live').all('item.truncated');
    const { connections } = trial.models['gemini-live'].upstream;
    const said = connections.map(({ items }) =>
      items.flatMap((item) => (item.kind === 'message' ? [item.text] : [])),
    );
    // The connection that made the answer knows all of it, and is used no more.
    expect(said[0]).toContain(CUT_ANSWER);
    expect(said[0]).not.toContain("no it doesn't");
    const last = said.at(-1);
    expect(last).toContain(cut?.heard);
    expect(last).toContain("no it doesn't");
    expect(last).not.toContain(CUT_ANSWER);
    expect(connections.flatMap(({ faults }) => faults)).toEqual([]);
  });
});

describe('a caller who hangs up on the first sound of an answer', () => {
  it.each(ENGINES)('leaves no session, nothing upstream and no timer: %s', async (engine) => {
    await nothingIsLeft();
    const before = trial.clock.delays;
    await trial.hangUpOnAnswer(engine);
    await nothingIsLeft();
    await expect
      .poll(() => addedTo(before, trial.clock.delays).filter((delay) => !isShared(engine, delay)))
      .toEqual([FEED_KEPT_MS]);
  });

  async function nothingIsLeft(): Promise<void> {
    await expect.poll(() => sessionsOf(trial.server)).toBe(0);
    for (const engine of ENGINES) await expect.poll(() => trial.models[engine].inUse()).toBe(0);
  }

  it('leaves no connection when the server ends', async () => {
    expect(await trial.endServer()).toBe(0);
  });
});

/** Of connections that a cascade keeps open for all sessions: to be touched, or closed when idle. */
function isShared(engine: EngineName, delayMs: number): boolean {
  return engine === 'cascade' && [4_000, 20_000, 120_000].includes(delayMs);
}

/** What there is now and was not before. */
function addedTo(before: readonly number[], now: readonly number[]): number[] {
  const left = [...before];
  return now.filter((delay) => {
    const at = left.indexOf(delay);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** The text of every file of a folder, by its path in it. */
function filesIn(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted();
  return new Map(names.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
}
