// What a cascade adds to the delays of its providers: npm run bench:cascade [sessions]. The language
// model is an API of chat completions in a process of its own that answers at once; recogniser and
// synthesizer take no time at all. Each session takes 40 turns, one every 250 ms; between them the
// model is asked without a cascade, so that both are measured on the same machine in the same minute.
import { fork } from 'node:child_process';
import { createServer, Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { CascadeEngine, OpenaiChatLanguageModel } from '@antiphon/pipelines';
import { DEFAULT_TOOL_PHRASES, systemClock } from '@antiphon/session';

const TURNS = 40;
const TURN_MS = 250;
const ANSWER = 'Your order has shipped. It will be with you on Friday, before noon.';
const QUESTION = JSON.stringify({ model: 'bench', messages: [], stream: true });

if (process.argv[2] === 'model') serve();
else {
  await measure(Number(process.argv[2] ?? 20));
  process.exit(0);
}

/** Answers every request with the words of one answer, and tells the parent where. */
function serve() {
  const chunk = (/** @type {object} */ delta, /** @type {string | null} */ reason) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`;
  const words = (ANSWER.match(/\s*\S+/gu) ?? []).map((content) => chunk({ content }, null));
  const server = createServer((incoming, response) => {
    incoming.resume().on('end', () => {
      if (incoming.method === 'HEAD') {
        response.writeHead(404, { 'content-length': 0 }).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const word of words) response.write(word);
      response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address && typeof address === 'object') process.send?.(address.port);
  });
}

/** @param {number} sessions */
async function measure(sessions) {
  const child = fork(new URL(import.meta.url), ['model']);
  const port = await new Promise((resolve) => {
    child.once('message', resolve);
  });
  const url = `http://127.0.0.1:${port}/v1`;
  const languageModel = new OpenaiChatLanguageModel({
    url,
    model: 'bench',
    apiKey: null,
    clock: systemClock,
  });
  const agent = new Agent({ keepAlive: true });
  const kinds = [() => rawTurn(url, agent), cascadeTurns(languageModel)];
  await rounds(sessions, kinds);
  const [raw, whole] = await rounds(sessions, kinds);
  console.log(`${sessions} sessions, ${TURNS} turns each; ms, p50 / p95 / p99`);
  console.log(`a bare request to the model, to its first byte      ${quantiles(raw)}`);
  console.log(`the cascade, from its turn's end to the first audio ${quantiles(whole)}`);
  await languageModel.close();
  agent.destroy();
  child.kill();
}

/**
 * The times of each kind of turn.
 * @param {number} sessions
 * @param {readonly ((session: number) => Promise<number>)[]} kinds
 */
async function rounds(sessions, kinds) {
  /** @type {number[][]} */
  const times = kinds.map(() => []);
  await Promise.all(
    Array.from({ length: sessions }, async (_, session) => {
      await sleep((TURN_MS * session) / sessions);
      for (let count = 0; count < TURNS; count += 1) {
        for (const [index, turn] of kinds.entries()) {
          times[index]?.push(await turn(session));
          await sleep(TURN_MS / kinds.length);
        }
      }
    }),
  );
  return times;
}

/**
 * @param {string} url
 * @param {Agent} agent
 * @returns {Promise<number>}
 */
function rawTurn(url, agent) {
  return new Promise((resolve, reject) => {
    const startedAtMs = performance.now();
    const sent = request(`${url}/chat/completions`, { method: 'POST', agent }, (response) => {
      response.once('data', () => resolve(performance.now() - startedAtMs));
      response.resume();
    });
    sent.on('error', reject);
    sent.end(QUESTION);
  });
}

/** @param {OpenaiChatLanguageModel} languageModel */
function cascadeTurns(languageModel) {
  const engine = new CascadeEngine({
    name: 'bench',
    clock: systemClock,
    languageModel,
    speechToText: {
      name: 'at-once',
      recognise: (_sessionId, events) => ({
        accept: () => {},
        finish: () => queueMicrotask(() => events.onFinal({ text: 'my order', unclear: 0 })),
        cancel: () => {},
      }),
      close: async () => {},
    },
    textToSpeech: {
      name: 'at-once',
      voices: ['any'],
      synthesize: (_request, events) => {
        queueMicrotask(() => {
          events.onAudio(new Int16Array(800), 8000);
          events.onEnd();
        });
        return { cancel: () => {} };
      },
      close: async () => {},
    },
  });
  /** @type {import('@antiphon/session').SessionConfig} */
  const config = {
    instructions: 'Be brief.',
    voice: 'any',
    speed: 1,
    modality: 'audio',
    tools: [],
    toolChoice: 'auto',
    maxOutputTokens: null,
    temperature: null,
    turnDetection: null,
    greeting: null,
    covers: [],
    toolPhrases: DEFAULT_TOOL_PHRASES,
    keypad: 'open',
    listeningNoises: [],
    listeningAfterMs: 6_000,
    apology: 'Sorry.',
    farewell: 'Goodbye.',
  };
  let count = 0;
  /** @param {number} session @returns {Promise<number>} */
  const turn = (session) =>
    new Promise((resolve, reject) => {
      const id = `${++count}`;
      let startedAtMs = 0;
      let firstMs = NaN;
      const opened = engine.open({
        sessionId: `session ${session}`,
        history: () => [],
        onEvent: (event) => {
          if (event.type === 'generation.audio' && Number.isNaN(firstMs)) {
            firstMs = performance.now() - startedAtMs;
          }
          if (event.type !== 'generation.ended') return;
          if (event.outcome === 'completed') resolve(firstMs);
          else reject(new Error(event.error?.message ?? event.outcome));
          opened.close();
        },
      });
      opened.beginTurn(id);
      startedAtMs = performance.now();
      opened.commitTurn(id);
      opened.generate({ kind: 'answer', generationId: id, config, options: {} });
    });
  return turn;
}

/** @param {readonly number[] | undefined} values */
function quantiles(values = []) {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (/** @type {number} */ share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(1);
  return `${at(0.5)} / ${at(0.95)} / ${at(0.99)}`;
}
