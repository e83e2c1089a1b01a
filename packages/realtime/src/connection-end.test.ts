import type { EndReason } from '@antiphon/session';
import { FAKE_WORD_MS } from '@antiphon/session/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

describe('the end of a session', () => {
  it.each<[EndReason, number, string]>([
    ['callerLeft', 1000, 'The caller left.'],
    ['clientEnded', 1000, 'The client ended the session.'],
    ['handedOff', 1000, 'The caller was handed off.'],
    ['serverStopping', 1001, 'The server is stopping. Connect again.'],
  ])('closes the socket without an error when %s', async (reason, code, text) => {
    const trial = new WireTrial();
    trial.control.end(reason);
    expect(trial.socket.closedWith).toEqual({ code, reason: text });
    expect(trial.lines()).toEqual(['session.created']);
    expect(await trial.connection.session.ended).toBe(reason);
    expect(trial.clock.pending).toBe(0);
  });

  it('is told as an error when the session has lasted too long', () => {
    const trial = new WireTrial({ maxSessionMs: 120_000 });
    trial.clock.advance(120_000);
    const message = 'Your session hit the maximum duration of 2 minutes.';
    expect(trial.take().at(-1)?.error).toMatchObject({ code: 'session_expired', message });
    expect(trial.socket.closedWith).toEqual({ code: 1001, reason: message });
    expect(trial.clock.pending).toBe(0);
  });

  it('is told as a server error when the session fails', () => {
    const trial = new WireTrial();
    trial.engine.generate = () => {
      throw new Error('the caller said 4111 1111');
    };
    trial.send({ type: 'response.create' });
    expect(trial.lines().at(-1)).toBe('error no code for no event');
    expect(trial.socket.closedWith?.code).toBe(1011);
    expect(trial.socket.frames.join('')).not.toContain('4111');
    expect(trial.clock.pending).toBe(0);
  });

  it('finishes the response that is being made', () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.engine.speak('one two');
    trial.control.end('serverStopping');
    expect(trial.lines().slice(-2)).toEqual([
      'response.done resp_1 cancelled [item_1]',
      'conversation.item.truncated item_1 to 0 ms',
    ]);
  });

  it('comes after the farewell was played', () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.engine.speak('Good bye.');
    trial.engine.call('transfer_to_human', '{}');
    trial.engine.end();
    trial.clock.advance(2 * FAKE_WORD_MS - 10);
    expect(trial.socket.closedWith).toBeNull();
    trial.clock.advance(50);
    expect(trial.socket.closedWith).toEqual({ code: 1000, reason: 'The caller was handed off.' });
    expect(trial.lines().at(-1)).toBe('response.done resp_1 completed [item_1]');
  });

  it('ignores the frames that come after it', () => {
    const trial = new WireTrial();
    trial.control.end('clientEnded');
    trial.take();
    trial.send({ type: 'response.create' });
    trial.connection.receive('{');
    trial.connection.receiveBinary();
    trial.hear(40);
    trial.connection.socketClosed();
    expect(trial.take()).toEqual([]);
  });
});

describe('a socket that closes', () => {
  it.each(['at once', 'greeting', 'speaking', 'cut', 'waiting for a tool'])(
    'ends the session and leaves nothing behind: %s',
    async (stage) => {
      const trial = new WireTrial({ greets: stage === 'at once' || stage === 'greeting' });
      if (stage === 'greeting') trial.clock.advance(500);
      if (stage === 'speaking' || stage === 'cut') {
        trial.send({ type: 'response.create' });
        trial.engine.speak('one two three');
      }
      if (stage === 'cut') trial.detectors.detector.start();
      if (stage === 'waiting for a tool') {
        trial.send({ type: 'response.create' });
        trial.engine.call('client_tool', '{}');
        trial.engine.end();
      }
      trial.take();
      trial.connection.socketClosed();
      trial.connection.socketClosed();
      expect(await trial.connection.session.ended).toBe('callerLeft');
      expect(trial.take()).toEqual([]);
      expect(trial.socket.closedWith).toBeNull();
      expect(trial.clock.pending).toBe(0);
      expect(trial.engine.isClosed).toBe(true);
    },
  );
});

describe('a client that does not read', () => {
  it('is closed, and its session ends', async () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.take();
    trial.socket.bufferedBytes = 8 * 1024 * 1024 + 1;
    trial.engine.speak('one two three');
    expect(trial.take()).toEqual([]);
    expect(trial.socket.closedWith).toMatchObject({ code: 1008 });
    expect(Buffer.byteLength(trial.socket.closedWith?.reason ?? '')).toBeLessThanOrEqual(123);
    expect(await trial.connection.session.ended).toBe('callerLeft');
    expect(trial.clock.pending).toBe(0);
  });
});
