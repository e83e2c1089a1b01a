import { describe, expect, it } from 'vitest';
import type { UpstreamConnection } from './testing/upstream-connection.ts';
import type { UpstreamScript } from './testing/upstream-script.ts';
import { expectToFindMore, expectTurns, msOf, providerTrials } from './testing/provider-trials.ts';

const start = providerTrials();

/** Finds nothing in what the caller says. */
const DEAF: UpstreamScript = {
  sends: ({ type }) =>
    !type.startsWith('input_audio_buffer.') || type === 'input_audio_buffer.committed',
};

const detects = (event: unknown): boolean => JSON.stringify(event).includes('server_vad');

describe('an upstream that finds turns and tells nothing of what the caller says', () => {
  it('is given a short turn as soon as it should have told of it, and answers', async () => {
    const call = await start({ sends: ({ type }) => !type.includes('speech_st') });
    await call.speak(400);
    await call.silence(1_000);
    expect(call.channel.of('caller.speechStarted')).toEqual([]);
    await call.silence(300);
    expect(call.channel.of('caller.speechStopped')).toHaveLength(1);
    await call.until(() => call.items.length > 1);
    expect(call.items[0]).toBe('caller: where is my order');
    expect(call.odd).toContain('nothing of a sound like speech');
    await call.until(() => call.said.filter((entry) => entry.startsWith('user')).length === 1);
    await expectToFindMore(call);
    expectTurns(call, 2);
  });

  it('loses a long turn to our own detector in the middle of it, with all that was said', async () => {
    const call = await start(DEAF);
    await call.speak(3_000);
    expect(call.channel.of('caller.speechStarted')).toHaveLength(1);
    await call.until(() => call.items.length > 1);
    const users = call.said.filter((entry) => entry.startsWith('user'));
    expect(Math.abs(msOf(users.at(-1)) - (300 + 3_000 + 500))).toBeLessThanOrEqual(100);
    expect(call.items.filter((item) => item.startsWith('caller'))).toHaveLength(1);
  });

  it('and never hears is given turn after turn', async () => {
    const call = await start(DEAF);
    for (let turns = 1; turns <= 3; turns += 1) {
      await call.turn();
      await call.until(() => call.items.length === 2 * turns);
      await call.silence(3_000);
    }
    expect(call.odd.filter((note) => note === 'nothing of a sound like speech')).toHaveLength(1);
  });

  it('and tells of it when it is asked to find turns again: it is one turn', async () => {
    const held: Parameters<UpstreamConnection['send']>[0][] = [];
    let isTold = false;
    const call = await start({
      sends: (event, connection) => {
        if (isTold || (event.type === 'session.updated' && held.length > 0 && detects(event))) {
          isTold = true;
          for (const late of held.splice(0)) connection.send(late);
          return true;
        }
        const { type } = event;
        const isStart = type === 'input_audio_buffer.speech_started';
        if (!isStart && type !== 'input_audio_buffer.speech_stopped') return true;
        held.push(event);
        return false;
      },
    });
    await call.turn(400);
    await call.until(() => call.items.length > 1);
    await call.silence(2_000);
    expect(isTold).toBe(true);
    expect(call.channel.of('caller.speechStarted')).toHaveLength(1);
    expectTurns(call, 1);
    await expectToFindMore(call);
    expectTurns(call, 2);
  });

  it('is believed of what is shorter than a word', async () => {
    const call = await start(DEAF);
    await call.speak(160);
    await call.silence(4_000);
    expect(call.items).toEqual([]);
  });

  it('is believed while the agent speaks', async () => {
    const message = { text: 'It has shipped. Order 4471 comes on Friday. '.repeat(8) };
    const call = await start({ answer: () => ({ messages: [message] }) });
    await call.turn();
    await call.until(() => call.leg.sentMs() > 800);
    call.upstream.script = DEAF;
    await call.speak(400);
    await call.silence(1_500);
    expect(call.channel.of('caller.speechStarted')).toHaveLength(1);
  });

  it('is not asked sooner by a client that sends seconds at once', async () => {
    const call = await start();
    const second = new Int16Array(8_000).map((_, at) => (at % 18 < 9 ? 8_000 : -8_000));
    for (const pcm of [second, second, new Int16Array(16_000)]) call.leg.speak(pcm);
    await call.until(() => call.items.length > 1);
    expectTurns(call, 1);
    expect(call.odd).toEqual([]);
  });
});
