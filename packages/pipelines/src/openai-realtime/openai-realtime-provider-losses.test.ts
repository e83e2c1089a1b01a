import { TEST_CONFIG } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { expectToFindMore, expectTurns, msOf, providerTrials } from './testing/provider-trials.ts';

const start = providerTrials();

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
