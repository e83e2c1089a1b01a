import { TEST_CONFIG } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { expectToFindMore, expectTurns, msOf, providerTrials } from './testing/provider-trials.ts';

const start = providerTrials();

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
