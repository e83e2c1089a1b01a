import { systemClock } from '@antiphon/session';
import { afterEach, expect, it } from 'vitest';
import { until } from '../../testing/until.ts';
import { countingFrames, HeardTrial } from '../testing/heard-trial.ts';
import { countedWords } from '../testing/local-ear.ts';
import { DeepgramSpeechToText } from './deepgram-speech-to-text.ts';
import { DEEPGRAM_KEY, LocalDeepgramServer } from './testing/local-deepgram-server.ts';
import type { DeepgramScript } from './testing/local-deepgram-server.ts';

const WORDS = countedWords(500);

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A recogniser that is asked in pauses, with all that its server was asked and answered. */
async function start(script: DeepgramScript = {}, finalizesPauses = true) {
  let answers = 0;
  const server = await LocalDeepgramServer.start({
    ...script,
    sends: (result, connection) => {
      const isSent = script.sends?.(result, connection) ?? true;
      if (isSent && result.from_finalize) answers += 1;
      return isSent;
    },
  });
  const { url } = server;
  const options = { apiKey: DEEPGRAM_KEY, url, clock: systemClock, maxConnections: 1 };
  const deepgram = new DeepgramSpeechToText({ ...options, finalizesPauses });
  closing.push(
    () => server.close(),
    () => deepgram.close(),
  );
  const asked = (): number =>
    server.connections.flatMap(({ heard }) => heard).filter(({ type }) => type === 'Finalize')
      .length;
  return { server, deepgram, asked, answered: (count: number) => until(() => answers >= count) };
}

it('knows the words of a turn as it ends, where they became final in its last pause', async () => {
  const { deepgram, asked, answered } = await start();
  const trial = new HeardTrial(deepgram);
  trial.recognition.paused?.();
  await answered(1);
  await until(() => trial.partials.at(-1) === WORDS);
  trial.hear(countingFrames(80));
  expect(await trial.outcome()).toBe(WORDS);
  expect(asked()).toBe(1);
});

it('gives the next turn none of the words and none of the answers of the one before', async () => {
  const { deepgram, answered } = await start();
  for (let turn = 1; turn <= 3; turn++) {
    const trial = new HeardTrial(deepgram, countingFrames(300));
    trial.recognition.paused?.();
    await answered(turn);
    trial.hear(countingFrames(80));
    expect(await trial.outcome()).toBe(countedWords(300));
  }
});

it('takes what a pause asked for as the last words, also when it comes after the turn', async () => {
  const held: (() => void)[] = [];
  const { deepgram } = await start({
    sends: (result, connection) => {
      if (!result.from_finalize || held.length > 0) return true;
      held.push(() => connection.send(result));
      return false;
    },
  });
  const trial = new HeardTrial(deepgram);
  trial.recognition.paused?.();
  await until(() => held.length === 1);
  const outcome = trial.outcome();
  held[0]?.();
  expect(await outcome).toBe(WORDS);
  expect(await new HeardTrial(deepgram, countingFrames(200)).outcome()).toBe(countedWords(200));
});

it('takes words that were final before the pause, of which no answer comes', async () => {
  const { deepgram, asked } = await start({ segmentMs: 520 });
  const trial = new HeardTrial(deepgram, countingFrames(520));
  await until(() => trial.partials.at(-1) === WORDS);
  trial.recognition.paused?.();
  trial.hear(countingFrames(80));
  expect(await trial.outcome()).toBe(WORDS);
  expect(asked()).toBe(1);
});

it('asks once more when the answer to a pause does not come', async () => {
  let answers = 0;
  const { deepgram, asked } = await start({
    sends: ({ from_finalize: isAnswer }) => !isAnswer || ++answers > 1,
  });
  const trial = new HeardTrial(deepgram);
  trial.recognition.paused?.();
  await until(() => answers === 1);
  trial.hear(countingFrames(60));
  // The words went with the first answer; the turn ends all the same.
  expect(await trial.outcome()).toBe('');
  expect(asked()).toBe(2);
});

it('asks once more at the end when the caller has spoken on', async () => {
  const { deepgram, asked, answered } = await start();
  const trial = new HeardTrial(deepgram);
  trial.recognition.paused?.();
  await answered(1);
  trial.recognition.resumed?.();
  trial.hear(countingFrames(200));
  expect(await trial.outcome()).toBe(`${WORDS} ${countedWords(200)}`);
  expect(asked()).toBe(2);
});

it('asks once more at the end when words were heard in what seemed to be silence', async () => {
  const { deepgram, asked, answered } = await start();
  const trial = new HeardTrial(deepgram);
  trial.recognition.paused?.();
  await answered(1);
  trial.hear(countingFrames(120));
  await until(() => trial.partials.at(-1) === `${WORDS} w1`);
  expect(await trial.outcome()).toBe(`${WORDS} w1`);
  expect(asked()).toBe(2);
});

it('asks in every pause of a turn', async () => {
  const { deepgram, asked, answered } = await start();
  const trial = new HeardTrial(deepgram, countingFrames(200));
  trial.recognition.paused?.();
  await answered(1);
  trial.recognition.resumed?.();
  trial.hear(countingFrames(200));
  trial.recognition.paused?.();
  await answered(2);
  expect(await trial.outcome()).toBe(`${countedWords(200)} ${countedWords(200)}`);
  expect(asked()).toBe(2);
});

it('sends a turn again whose connection is lost after a pause', async () => {
  const { server, deepgram, answered } = await start();
  const trial = new HeardTrial(deepgram);
  trial.recognition.paused?.();
  await answered(1);
  await until(() => trial.partials.at(-1) === WORDS);
  server.connections.at(-1)?.cut();
  await until(() => server.connections.filter(({ isOpen }) => isOpen).length > 0);
  expect(await trial.outcome()).toBe(WORDS);
});

it('asks nothing in pauses unless it is told to', async () => {
  const { deepgram, asked } = await start({}, false);
  const trial = new HeardTrial(deepgram);
  trial.recognition.paused?.();
  expect(await trial.outcome()).toBe(WORDS);
  expect(asked()).toBe(1);
});
