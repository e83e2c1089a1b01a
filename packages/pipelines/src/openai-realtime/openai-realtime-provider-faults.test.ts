import { setImmediate } from 'node:timers/promises';
import { TEST_CONFIG } from '@antiphon/session/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderCall } from './testing/provider-call.ts';
import type { ProviderCallOptions } from './testing/provider-call.ts';
import type { UpstreamScript } from './testing/upstream-script.ts';

const open: ProviderCall[] = [];

afterEach(async () => {
  for (const call of open.splice(0)) {
    await call.close();
    expect(call.clock.pending).toBe(0);
  }
});

async function start(script: UpstreamScript = {}, options: ProviderCallOptions = {}) {
  const call = await ProviderCall.start(script, options);
  open.push(call);
  return call;
}

/** Both conversations hold the same turns of the caller. */
function expectTurns(call: ProviderCall, count: number): void {
  const users = call.said.filter((entry) => entry.startsWith('user'));
  expect(call.items.filter((item) => item.startsWith('caller'))).toHaveLength(count);
  expect(users).toHaveLength(count);
}

/** The next turn is found by the upstream, and by nothing else. */
async function expectToFindMore(call: ProviderCall): Promise<void> {
  const callers = () => call.items.filter((item) => item.startsWith('caller')).length;
  const before = callers();
  call.upstream.script = {};
  const { length: starts } = call.channel.of('caller.speechStarted');
  const commits = () =>
    call.connection.types.filter((type) => type === 'input_audio_buffer.commit').length;
  const asked = commits();
  await call.silence(1_500);
  await call.turn();
  expect(callers()).toBe(before + 1);
  expect(commits()).toBe(asked);
  const started = call.channel.of('caller.speechStarted')[starts];
  const stopped = call.channel.of('caller.speechStopped').at(-1);
  const spokenMs = stopped!.audioEndMs - started!.audioStartMs;
  expect(Math.abs(spokenMs - (300 + 600 + 500))).toBeLessThanOrEqual(100);
}

const msOf = (entry: string | undefined): number => Number(/(\d+) ms/u.exec(entry ?? '')?.[1]);

describe('an upstream that finds turns and is lost', () => {
  it('while the caller speaks: the turn goes on, and another session is given all of it', async () => {
    const call = await start();
    await call.speak(600);
    expect(call.channel.of('caller.speechStarted')).toHaveLength(1);
    call.connection.cut();
    await call.speak(600);
    await call.until(() => call.items.length > 0 && call.said.length > 0);
    expect(call.upstream.connections).toHaveLength(2);
    expect(call.channel.of('caller.speechStarted')).toHaveLength(1);
    expect(call.channel.of('caller.speechStopped')).toHaveLength(1);
    // Padding, all that was said, and the silence that ended it.
    const heardMs = msOf(call.said[0]);
    expect(Math.abs(heardMs - (300 + 1_200 + 500))).toBeLessThanOrEqual(100);
    await expectToFindMore(call);
    expectTurns(call, 2);
    expect(call.faults.map(({ code }) => code)).toEqual(['provider_lost']);
  });

  it('as the caller stops: what was said ends by our own detector', async () => {
    const call = await start();
    await call.speak(600);
    await call.silence(200);
    call.connection.cut();
    await call.until(() => call.items.length > 0 && call.said.length > 0);
    expect(call.channel.of('caller.speechStopped')).toHaveLength(1);
    await expectToFindMore(call);
    expectTurns(call, 2);
  });

  it('while it waits in silence for longer than we would: what was said ends at once', async () => {
    const providerVad = { type: 'server_vad', silenceDurationMs: 2_000 } as const;
    const call = await start({}, { settings: { providerVad } });
    await call.speak(600);
    await call.silence(1_000);
    expect(call.channel.of('caller.speechStopped')).toEqual([]);
    call.connection.cut();
    await call.until(() => call.channel.of('caller.speechStopped').length > 0);
    const silentMs = call.control.audioMs - call.channel.of('caller.speechStopped')[0]!.audioEndMs;
    expect(silentMs).toBeLessThanOrEqual(60);
    await call.until(() => call.said.length > 0);
    expectTurns(call, 1);
  });

  it('in a silence that the words would end: it is known when that began', async () => {
    const turnDetection = { ...TEST_CONFIG.turnDetection!, mode: 'semantic' } as const;
    const longest = { ...turnDetection, silenceDurationMs: 4_000 };
    const providerVad = { type: 'server_vad', silenceDurationMs: 3_000 } as const;
    const options = { settings: { providerVad }, config: { turnDetection: longest } };
    const call = await start({}, options);
    await call.speak(600);
    await call.silence(200);
    call.connection.cut();
    await call.silence(600);
    expect(call.channel.of('caller.speechStopped')).toHaveLength(1);
  });

  it('before it has told of a sound: our own detector tells of it', async () => {
    const call = await start({ sends: ({ type }) => !type.includes('speech_started') });
    await call.speak(200);
    call.connection.cut();
    call.upstream.script = {};
    await call.speak(400);
    await call.until(() => call.items.length > 0 && call.said.length > 0);
    const heardMs = msOf(call.said[0]);
    expect(Math.abs(heardMs - (300 + 600 + 500))).toBeLessThanOrEqual(100);
    await expectToFindMore(call);
    expectTurns(call, 2);
  });

  it('and stays away: turns are found all the same, and the caller is told that nothing answers', async () => {
    const call = await start();
    call.upstream.script = { refuses: () => ({ status: 503, code: 'server_error' }) };
    call.connection.cut();
    await call.silence(200);
    await call.speak(600);
    await call.until(() => call.items.some((item) => item === `agent: ${TEST_CONFIG.apology}`));
    expect(call.items[0]).toMatch(/^caller/u);
  });

  it('without a word: a sound that it tells nothing of finds it out, and is a turn', async () => {
    const call = await start();
    const dead = call.connection;
    dead.freeze();
    await call.speak(1_200);
    expect(call.channel.of('caller.speechStarted')).toHaveLength(1);
    await call.until(() => call.items.length > 0 && call.said.length > 0);
    expect(call.upstream.connections).toHaveLength(2);
    expect(Math.abs(msOf(call.said[0]) - (300 + 1_200 + 500))).toBeLessThanOrEqual(100);
    dead.thaw();
    await expectToFindMore(call);
    expectTurns(call, 2);
  });

  it('without a word in the middle of a turn: its end finds it out', async () => {
    const call = await start();
    await call.speak(600);
    const dead = call.connection;
    dead.freeze();
    await call.silence(1_200);
    expect(call.channel.of('caller.speechStopped')).toHaveLength(1);
    dead.thaw();
    await call.until(() => call.items.length > 1);
    await expectToFindMore(call);
    expectTurns(call, 2);
  });

  it('after the turn and before its item: another session is given the turn', async () => {
    const call = await start({
      sends: (event, connection) => {
        if (event.type !== 'input_audio_buffer.committed') return true;
        connection.cut();
        return false;
      },
    });
    await call.speak(600);
    await call.until(() => call.upstream.connections.length > 1);
    call.upstream.script = {};
    await call.until(() => call.items.length > 1);
    await expectToFindMore(call);
    expectTurns(call, 2);
  });

  it('for its hour is over: another one finds turns from then on', async () => {
    const call = await start();
    await call.turn();
    await call.until(() => call.items.length > 1);
    call.connection.expire();
    await expectToFindMore(call);
    expect(call.upstream.connections).toHaveLength(2);
    expectTurns(call, 2);
  });

  it('before its hour is over makes room for another one, once nobody speaks', async () => {
    const call = await start();
    const startedAtMs = call.clock.now();
    await call.turn();
    await call.until(() => call.items.length > 1);
    await call.silence(2_000);
    const leftMs = 55 * 60_000 - (call.clock.now() - startedAtMs);
    await call.pass(leftMs - 1_000);
    await call.speak(2_000);
    const [first] = call.upstream.connections;
    expect(call.upstream.open).toBe(2);
    expect(first!.conversation.said.filter((entry) => entry.startsWith('user'))).toHaveLength(1);
    await call.until(() => call.upstream.open === 1);
    await expectToFindMore(call);
    expectTurns(call, 3);
    expect(call.faults).toEqual([]);
  });
});

describe('an upstream that', () => {
  it('refuses to find turns: our own detector does, and it is not asked again', async () => {
    const call = await start({ refusesDetection: true });
    await call.turn();
    await call.until(() => call.items.length > 1);
    await call.silence(1_000);
    await call.turn();
    await call.until(() => call.items.length > 3);
    expectTurns(call, 2);
    expect(call.detections.filter((detection) => detection !== null)).toHaveLength(1);
    expect(call.faults.map(({ message }) => message)).toEqual([
      'the Realtime upstream failed (invalid_value)',
    ]);
  });

  it('tells no end of speech: it ends by our own detector, and the rest of it is deleted', async () => {
    const call = await start({ forgetsEnds: true });
    await call.speak(600);
    await call.silence(4_500);
    expect(call.channel.of('caller.speechStopped')).toHaveLength(1);
    expect(call.odd).toEqual(['no end of speech']);
    await call.until(() => call.items.length > 1);
    expectTurns(call, 1);
  });

  it('tells a start twice: the caller began once', async () => {
    const call = await start();
    await call.speak(300);
    const at = { audio_start_ms: 0, item_id: 'item_other' };
    call.connection.send({ type: 'input_audio_buffer.speech_started', ...at });
    await call.turn(300);
    expect(call.channel.of('caller.speechStarted')).toHaveLength(1);
    expect(call.odd).toEqual([
      'speech that begins twice',
      'speech that ends as another item than it began',
    ]);
    await expectToFindMore(call);
    expectTurns(call, 2);
  });

  it('tells an end without a start: nothing ends', async () => {
    const call = await start();
    const at = { audio_end_ms: 100, item_id: 'item_none' };
    call.connection.send({ type: 'input_audio_buffer.speech_stopped', ...at });
    await call.silence(100);
    expect(call.channel.of('caller.speechStopped')).toEqual([]);
    expect(call.odd).toEqual(['the end of speech that never began']);
    await expectToFindMore(call);
    expectTurns(call, 1);
  });

  it('makes an item that nobody spoke: it is deleted, and told of once', async () => {
    const call = await start();
    for (let count = 0; count < 2; count += 1) {
      call.connection.makeItem();
      await call.until(() => call.said.length === 0);
    }
    expect(call.odd).toEqual(['an item that nobody spoke']);
    expect(call.connection.errors).toEqual([]);
    await expectToFindMore(call);
    expectTurns(call, 1);
  });

  it('makes another item than it told: it is the turn all the same', async () => {
    const call = await start({
      sends: (event) => {
        if (event.type === 'input_audio_buffer.speech_started') event.item_id = 'item_told';
        if (event.type === 'input_audio_buffer.speech_stopped') event.item_id = 'item_told';
        return true;
      },
    });
    await call.turn();
    expect(call.items[0]).toBe('caller: where is my order');
    expect(call.odd).toEqual(['an item of another id than was told']);
    await expectToFindMore(call);
    expectTurns(call, 2);
  });

  it('writes down items that nobody knows: it is passed over', async () => {
    const call = await start();
    const at = { item_id: 'item_unknown', content_index: 0 };
    const type = 'conversation.item.input_audio_transcription';
    call.connection.send({ type: `${type}.delta`, ...at, delta: 'nobody' });
    const usage = { type: 'duration' as const, seconds: 1 };
    call.connection.send({ type: `${type}.completed`, ...at, transcript: 'nobody', usage });
    await call.silence(100);
    expect(call.channel.of('caller.transcript')).toEqual([]);
    await expectToFindMore(call);
  });

  it.each([-5_000, 10_000_000])('counts from another beginning (%d ms): now counts', async (ms) => {
    const call = await start({
      sends: (event) => {
        if (event.type === 'input_audio_buffer.speech_started') event.audio_start_ms += ms;
        if (event.type === 'input_audio_buffer.speech_stopped') event.audio_end_ms += ms;
        return true;
      },
    });
    await call.turn();
    expect(call.items[0]).toBe('caller: where is my order');
    const [stopped] = call.channel.of('caller.speechStopped');
    expect(stopped!.audioEndMs).toBeGreaterThanOrEqual(0);
    await setImmediate();
  });
});

describe('where the upstream finds the turns', () => {
  it('its words are known before the turn is over', async () => {
    const call = await start({ transcribe: () => null });
    await call.speak(400);
    const at = { item_id: call.connection.speechId!, content_index: 0 };
    const type = 'conversation.item.input_audio_transcription';
    call.connection.send({ type: `${type}.delta`, ...at, delta: 'where is ' });
    await call.speak(100);
    call.connection.send({ type: `${type}.delta`, ...at, delta: 'my order' });
    await call.speak(100);
    const partials = call.channel.of('caller.transcript');
    expect(partials.map(({ text, isFinal }) => [text, isFinal])).toEqual([
      ['where is', false],
      ['where is my order', false],
    ]);
    expect(call.channel.of('caller.speechStopped')).toEqual([]);
    const usage = { type: 'duration' as const, seconds: 1 };
    // Even the last of them may come before the session takes the turn for over.
    call.connection.send({ type: `${type}.completed`, ...at, transcript: 'Where is it?', usage });
    await call.turn(100);
    expect(call.items[0]).toBe('caller: Where is it?');
  });

  it('a client commits by hand, and the rest of the speech is another turn', async () => {
    const call = await start();
    await call.speak(600);
    expect(call.control.commitAudio()).toBeNull();
    await call.speak(600);
    await call.silence(1_000);
    await call.until(() => call.said.length > 1);
    expectTurns(call, 2);
    expect(call.connection.errors).toEqual([]);
    expect(call.odd).toEqual([]);
  });

  it('a client commits by hand as the upstream does, and it is one turn', async () => {
    const call = await start();
    await call.speak(600);
    const stopped = () => call.channel.of('caller.speechStopped').length;
    const frame = new Int16Array(160);
    // The frame after which the upstream has heard silence enough.
    for (let frames = 0; frames < 24; frames += 1) await call.silence(20);
    expect(stopped()).toBe(0);
    for (let frames = 0; frames < 3; frames += 1) call.leg.speak(frame);
    expect(call.control.commitAudio()).toBeNull();
    await call.until(() => call.connection.errors.length > 0);
    expect(call.connection.errors).toEqual(['input_audio_buffer_commit_empty']);
    await call.until(() => call.items[0] === 'caller: where is my order');
    expectTurns(call, 1);
    expect(call.faults).toEqual([]);
    await expectToFindMore(call);
    expectTurns(call, 2);
  });

  it('a client forgets what was said so far, and so does the upstream', async () => {
    const call = await start();
    await call.speak(600);
    call.control.clearAudio();
    await call.speak(600);
    await call.silence(1_000);
    expectTurns(call, 1);
    const heardMs = msOf(call.said[0]);
    expect(Math.abs(heardMs - (600 + 500))).toBeLessThanOrEqual(100);
    await call.speak(600);
    call.control.clearAudio();
    await call.silence(1_000);
    expectTurns(call, 1);
    expect(call.odd).toEqual([]);
  });

  it('a client that takes turns by hand has them as without', async () => {
    const call = await start();
    call.control.configure({ turnDetection: null });
    await call.speak(400);
    expect(call.detections.at(-1)).toBeNull();
    expect(call.control.commitAudio()).toBeNull();
    await call.until(() => call.said.length > 0);
    expect(msOf(call.said[0])).toBe(400);
    call.control.configure({ turnDetection: TEST_CONFIG.turnDetection });
    await expectToFindMore(call);
    expectTurns(call, 2);
  });

  it('answers beside the conversation hear nobody', async () => {
    const call = await start();
    call.control.answerOutOfBand('beside', {}, () => {});
    await call.until(() => call.upstream.connections.length > 1);
    const [first, beside] = call.upstream.connections;
    await call.turn();
    expect(first!.conversation.said.length).toBeGreaterThan(0);
    expect(beside!.appends).toBe(0);
    call.control.configure({ turnDetection: null });
    call.control.configure({ turnDetection: TEST_CONFIG.turnDetection });
    const { appends } = first!;
    await call.silence(100);
    expect(first!.appends).toBeGreaterThan(appends);
    expect(beside!.appends).toBe(0);
  });
});
