import { EventEmitter } from 'node:events';
import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { Heartbeat } from './heartbeat.ts';

/** A WebSocket as far as a heartbeat sees it. */
class Socket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  pings = 0;
  closing: readonly [code: number, reason: string] | null = null;
  isTerminated = false;

  ping(): void {
    this.pings += 1;
  }

  close(code: number, reason: string): void {
    this.closing = [code, reason];
  }

  terminate(): void {
    this.isTerminated = true;
    this.emit('close');
  }
}

function start() {
  const clock = new DrivenClock();
  let dropped = 0;
  const roundTripsMs: number[] = [];
  const heartbeat = new Heartbeat(clock, () => void (dropped += 1));
  const add = () => {
    const socket = new Socket();
    heartbeat.add(socket as unknown as WebSocket, (rttMs) => roundTripsMs.push(rttMs));
    return socket;
  };
  return { roundTripsMs, clock, heartbeat, add, dropped: () => dropped };
}

describe('Heartbeat', () => {
  it('pings every 20 s and keeps who answers', () => {
    const { clock, add } = start();
    const socket = add();
    for (let beat = 1; beat <= 5; beat++) {
      clock.advance(20_000);
      expect(socket.pings).toBe(beat);
      socket.emit('pong');
    }
    expect(socket.isTerminated).toBe(false);
  });

  it('tells how long each pong took, and nothing of pongs that nobody asked for', () => {
    const { clock, add, roundTripsMs } = start();
    const socket = add();
    socket.emit('pong');
    clock.advance(20_000);
    clock.advance(35);
    socket.emit('pong');
    socket.emit('pong');
    clock.advance(19_965 + 20);
    socket.emit('pong');
    expect(roundTripsMs).toEqual([35, 20]);
  });

  it('drops who is gone without a word, and says why to who still reads', () => {
    const { clock, add, dropped } = start();
    const gone = add();
    const here = add();
    clock.advance(20_000);
    here.emit('pong');
    clock.advance(19_999);
    expect(gone.isTerminated).toBe(false);
    clock.advance(1);
    expect(gone.isTerminated).toBe(true);
    expect(gone.closing).toEqual([1008, 'No pong and no message for 20 seconds.']);
    expect(here.isTerminated).toBe(false);
    expect(here.closing).toBeNull();
    expect(dropped()).toBe(1);
  });

  it('pings each at its own time, so that thousands are not pinged at once', () => {
    const { clock, add } = start();
    const sockets = Array.from({ length: 40 }, () => {
      clock.advance(500);
      return add();
    });
    const pinged = () => sockets.filter(({ pings }) => pings > 0).length;
    expect(pinged()).toBe(0);
    clock.advance(500);
    expect(pinged()).toBe(1);
    clock.advance(10_000);
    expect(pinged()).toBe(21);
    clock.advance(9_500);
    expect(pinged()).toBe(40);
    expect(sockets.every(({ pings }) => pings === 1)).toBe(true);
    expect(clock.pending).toBe(1);
  });

  it('takes a message for a sign of life', () => {
    const { clock, add } = start();
    const socket = add();
    for (let beat = 0; beat < 3; beat++) {
      clock.advance(20_000);
      socket.emit('message');
    }
    expect(socket.isTerminated).toBe(false);
  });

  it('keeps no timer without sockets, and none once it is closed', () => {
    const { clock, heartbeat, add } = start();
    expect(clock.pending).toBe(0);
    add().emit('close');
    expect(clock.pending).toBe(0);
    add();
    expect(clock.pending).toBe(1);
    heartbeat.close();
    expect(clock.pending).toBe(0);
  });
});
