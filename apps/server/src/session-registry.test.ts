import type { Clock } from '@antiphon/session';
import {
  DrivenClock,
  FakeDetectors,
  FakeEngine,
  FakeTools,
  ListeningChannel,
  MemoryLeg,
} from '@antiphon/session/testing';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { SessionRegistry } from './session-registry.ts';
import { PLAIN_AGENT } from './testing/plain-agent.ts';

function open(
  maxSessions = 1000,
  log = pino({ level: 'silent' }),
  onEnded?: (sessionId: string) => Promise<void>,
) {
  const clock = new DrivenClock();
  const engine = new FakeEngine();
  const detectors = new FakeDetectors();
  const registry = new SessionRegistry({
    rooms: {
      engineOf: () => engine,
      detectorsOf: () => detectors,
      toolsOf: () => new FakeTools(),
    },
    recorder: null,
    ...(onEnded && { onEnded }),
    metricsOf: () => new ListeningChannel(),
    clock,
    log,
    maxSessionMs: 3_600_000,
    maxSessions,
  });
  return { clock, registry, engine };
}

function start(registry: SessionRegistry, clock: Clock, sessionId: string) {
  const leg = new MemoryLeg(clock);
  const session = registry.start({
    sessionId,
    agent: PLAIN_AGENT,
    leg,
    channel: new ListeningChannel(),
  });
  return { leg, session };
}

describe('SessionRegistry', () => {
  it('knows the live sessions, their agents and when they started', async () => {
    const { clock, registry } = open();
    const first = start(registry, clock, 'sess_1');
    const startedAtMs = clock.now();
    clock.advance(1_000);
    start(registry, clock, 'sess_2');
    expect(registry.list()).toMatchObject([
      { id: 'sess_1', agent: 'test', startedAtMs },
      { id: 'sess_2', agent: 'test', startedAtMs: startedAtMs + 1_000 },
    ]);
    first.leg.hangUp();
    await first.session.ended;
    expect(registry.list().map(({ id }) => id)).toEqual(['sess_2']);
    expect([registry.isLive('sess_1'), registry.isLive('sess_2')]).toEqual([false, true]);
  });

  it('tells how many sessions hold something still while it is drained', async () => {
    let complete = () => {};
    const completed = new Promise<void>((resolve) => (complete = resolve));
    const { clock, registry } = open(10, undefined, (id) =>
      id === 'sess_1' ? completed : Promise.resolve(),
    );
    const first = start(registry, clock, 'sess_1');
    const second = start(registry, clock, 'sess_2');
    expect(registry.remaining).toBe(0);
    const draining = registry.endAll('serverStopping');
    expect(registry.remaining).toBe(2);
    await Promise.all([first.session.ended, second.session.ended]);
    await expect.poll(() => registry.remaining).toBe(1);
    complete();
    await draining;
    expect(registry.remaining).toBe(0);
  });

  it('logs caller audio that is not in its declared format', () => {
    const lines: string[] = [];
    const { clock, registry } = open(
      1,
      pino({ level: 'warn' }, { write: (line) => lines.push(line) }),
    );
    const { leg } = start(registry, clock, 'sess_1');
    leg.facts$.next({ type: 'leg.formatDoubted', declared: 'pcm16', looksLike: 'g711_ulaw' });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { sessionId: 'sess_1', declared: 'pcm16', looksLike: 'g711_ulaw' },
    ]);
  });

  it('is full with as many sessions as may live, until one ends', async () => {
    const { clock, registry } = open(2);
    start(registry, clock, 'sess_1');
    expect(registry.isFull).toBe(false);
    const { leg, session } = start(registry, clock, 'sess_2');
    expect(registry.isFull).toBe(true);
    leg.hangUp();
    await session.ended;
    expect(registry.isFull).toBe(false);
  });

  it('keeps the feed of a session for five minutes after its end', async () => {
    const { clock, registry } = open();
    const { leg, session } = start(registry, clock, 'sess_1');
    const feed = registry.feed('sess_1');
    expect(feed?.sessionId).toBe('sess_1');
    leg.hangUp();
    await session.ended;
    clock.advance(5 * 60_000 - 1);
    expect(registry.feed('sess_1')).toBe(feed);
    clock.advance(1);
    expect(registry.feed('sess_1')).toBeNull();
    expect(clock.pending).toBe(0);
  });

  it('forgets the feed that ended first when there are too many', async () => {
    const { clock, registry } = open();
    for (let index = 0; index <= 200; index++) {
      const { leg, session } = start(registry, clock, `sess_${index}`);
      leg.hangUp();
      await session.ended;
    }
    expect(registry.feed('sess_0')).toBeNull();
    expect(registry.feed('sess_1')).not.toBeNull();
    expect(registry.feed('sess_200')).not.toBeNull();
  });

  it('ends every session and then holds nothing', async () => {
    const { clock, registry, engine } = open();
    const sessions = [1, 2, 3].map((index) => start(registry, clock, `sess_${index}`));
    await registry.endAll('serverStopping');
    registry.close();
    expect(sessions.map(({ leg }) => leg.closedWith)).toEqual([
      'serverStopping',
      'serverStopping',
      'serverStopping',
    ]);
    expect(engine.sessions.every(({ isClosed }) => isClosed)).toBe(true);
    expect(registry.list()).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
