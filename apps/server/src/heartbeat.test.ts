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
  isTerminated = false;

  ping(): void {
    this.pings += 1;
  }

  terminate(): void {
    this.isTerminated = true;
    this.emit('close');
  }
}

function start() {
  const clock = new DrivenClock();
  const heartbeat = new Heartbeat(clock);
  const add = () => {
    const socket = new Socket();
    heartbeat.add(socket as unknown as WebSocket);
    return socket;
  };
  return { clock, heartbeat, add };
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

  it('drops who is gone without a word', () => {
    const { clock, add } = start();
    const gone = add();
    const here = add();
    clock.advance(20_000);
    here.emit('pong');
    clock.advance(19_999);
    expect(gone.isTerminated).toBe(false);
    clock.advance(1);
    expect(gone.isTerminated).toBe(true);
    expect(here.isTerminated).toBe(false);
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
