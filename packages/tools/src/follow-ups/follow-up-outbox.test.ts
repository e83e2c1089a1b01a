import type { PromisedFollowUp, ToolOutcome } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { FollowUpOutbox, type FollowUpChange } from './follow-up-outbox.ts';
import { MemoryOutboxStore } from './memory-outbox-store.ts';
import type { OutboxStore } from './outbox-store.ts';
import { ToldMailSender, type MailScript } from './testing/told-mail-sender.ts';

const RESULT: ToolOutcome = { kind: 'result', output: 'shipped' };

function promised(id: string, changes: Partial<PromisedFollowUp> = {}): PromisedFollowUp {
  const template = { subject: 'Order', body: '{result}' };
  const rest = { agent: 'acme', tool: 'lookup_order', to: 'ann@example.com', arguments: '{}' };
  return { id, template, ...rest, ...changes };
}

type Step = keyof OutboxStore;

/** A store in memory whose steps fail as long as they are named. */
class FailingStore extends MemoryOutboxStore {
  readonly failing = new Set<Step>();
  /** Fail once, after the step was taken, as when a reply is lost. */
  readonly unanswered = new Set<Step>();

  override async promise(...args: Parameters<OutboxStore['promise']>): Promise<boolean> {
    return this.#step('promise', () => super.promise(...args));
  }
  override async settle(...args: Parameters<OutboxStore['settle']>): Promise<void> {
    return this.#step('settle', () => super.settle(...args));
  }
  override async claim(...args: Parameters<OutboxStore['claim']>) {
    return this.#step('claim', () => super.claim(...args));
  }
  override async finish(...args: Parameters<OutboxStore['finish']>): Promise<boolean> {
    return this.#step('finish', () => super.finish(...args));
  }
  override async state(...args: Parameters<OutboxStore['state']>) {
    return this.#step('state', () => super.state(...args));
  }

  async #step<T>(name: Step, take: () => Promise<T>): Promise<T> {
    if (this.failing.has(name)) throw new Error('no connection');
    const result = await take();
    if (this.unanswered.delete(name)) throw new Error('no reply');
    return result;
  }
}

function trial(store: OutboxStore = new MemoryOutboxStore()) {
  const clock = new DrivenClock();
  const script: MailScript = { attempts: [], answers: [] };
  const sender = new ToldMailSender(script);
  const changes: FollowUpChange[] = [];
  const refusals: string[] = [];
  const outbox = new FollowUpOutbox({
    store,
    sender,
    domain: 'example.org',
    clock,
    onChange: (change) => changes.push(change),
    onRefusal: (_id, reason) => refusals.push(reason),
  });
  const quiet = () => outbox.idle(() => sender.heldCount);
  /** Lets minutes go by, with time to act after each second. */
  const pass = async (minutes: number): Promise<void> => {
    for (let seconds = 0; seconds < minutes * 60; seconds++) {
      clock.advance(1_000);
      await quiet();
    }
  };
  return { outbox, clock, sender, script, changes, refusals, quiet, pass };
}

describe('FollowUpOutbox', () => {
  it('tells each change once, with a code where something is wrong', async () => {
    const { outbox, script, changes, quiet, pass } = trial();
    script.answers.push('refusedNow', 'lost');
    await outbox.promise(promised('a.1'));
    await outbox.settle('a.1', RESULT);
    await quiet();
    await pass(1);
    expect(changes.map(({ state, reason }) => [state, reason])).toEqual([
      ['sending', null],
      ['pending', 'EENVELOPE 450'],
      ['sending', null],
      ['unknown', 'ECONNECTION'],
    ]);
    expect(changes[0]).toMatchObject({ id: 'a.1', tool: 'lookup_order' });
    await outbox.close();
  });

  it('promises nothing without a store, and says why', async () => {
    const store = new FailingStore();
    const { outbox, refusals } = trial(store);
    store.failing.add('promise');
    expect(await outbox.promise(promised('a.1'))).toBe(false);
    store.failing.add('state');
    expect(await outbox.state('a.1')).toBeNull();
    expect(refusals).toEqual(['store_unavailable']);
    await outbox.close();
  });

  it('sends nothing for a promise that it refused because no reply came', async () => {
    const store = new FailingStore();
    const { outbox, script, pass } = trial(store);
    store.unanswered.add('promise');
    expect(await outbox.promise(promised('a.1'))).toBe(false);
    await pass(1);
    expect(await outbox.state('a.1')).toBeNull();
    await pass(90);
    expect(script.attempts).toHaveLength(0);
    store.unanswered.add('promise');
    expect(await outbox.promise(promised('a.2'))).toBe(false);
    expect(await outbox.promise(promised('a.2'))).toBe(true);
    await outbox.settle('a.2', RESULT);
    await pass(1);
    expect(script.attempts).toHaveLength(1);
    await outbox.close();
  });

  it('keeps an outcome until the store takes it', async () => {
    const store = new FailingStore();
    const { outbox, script, pass } = trial(store);
    await outbox.promise(promised('a.1'));
    store.failing.add('settle');
    await outbox.settle('a.1', RESULT);
    await outbox.settle('a.1', { kind: 'timeout' });
    await pass(1);
    expect(script.attempts).toHaveLength(0);
    store.failing.clear();
    await pass(1);
    expect(script.attempts.map(({ text }) => text)).toEqual(['shipped']);
    await outbox.close();
  });

  it('sends nothing while it cannot claim', async () => {
    const store = new FailingStore();
    const { outbox, script, pass } = trial(store);
    await outbox.promise(promised('a.1'));
    store.failing.add('claim');
    await outbox.settle('a.1', RESULT);
    await pass(1);
    expect(script.attempts).toHaveLength(0);
    store.failing.clear();
    await pass(1);
    expect(script.attempts).toHaveLength(1);
    await outbox.close();
  });

  it('records an end when the store is back', async () => {
    const store = new FailingStore();
    const { outbox, clock, script } = trial(store);
    store.failing.add('finish');
    await outbox.promise(promised('a.1'));
    await outbox.settle('a.1', RESULT);
    while (script.attempts.length === 0) await new Promise(setImmediate);
    store.failing.clear();
    for (let seconds = 0; (await outbox.state('a.1')) !== 'sent' && seconds < 100; seconds++) {
      clock.advance(1_000);
      await new Promise(setImmediate);
    }
    expect(await outbox.state('a.1')).toBe('sent');
    await outbox.close();
  });

  it('does not know what it could never record, and does not send it again', async () => {
    const store = new FailingStore();
    const { outbox, clock, script, quiet, pass } = trial(store);
    store.failing.add('finish');
    await outbox.promise(promised('a.1'));
    await outbox.settle('a.1', RESULT);
    // Its attempts to record wait for the clock, and so does nothing else.
    for (let seconds = 0; seconds < 60; seconds++) {
      await new Promise(setImmediate);
      clock.advance(1_000);
    }
    await quiet();
    expect(script.attempts).toHaveLength(1);
    store.failing.clear();
    await pass(10);
    expect(await outbox.state('a.1')).toBe('unknown');
    expect(script.attempts).toHaveLength(1);
    await outbox.close();
  });

  it('sends nothing again when the store forgets that it was sent', async () => {
    const lists = [new MemoryOutboxStore(), new MemoryOutboxStore()];
    let current = 0;
    const store = new Proxy(lists[0]!, {
      get: (_target, key) => {
        const value: unknown = Reflect.get(lists[current]!, key, lists[current]);
        return typeof value === 'function' ? value.bind(lists[current]) : value;
      },
    });
    const { outbox, script, changes, quiet } = trial(store);
    for (current of [0, 1]) {
      expect(await outbox.promise(promised('a.1'))).toBe(true);
      await outbox.settle('a.1', RESULT);
      await quiet();
    }
    expect(script.attempts).toHaveLength(1);
    expect(changes.at(-1)).toMatchObject({ state: 'unknown', reason: 'store_lost_state' });
    await outbox.close();
  });

  it('has few mails under way at once, and gets to all', async () => {
    const { outbox, sender, script, quiet, pass } = trial();
    const ids = Array.from({ length: 30 }, (_each, index) => `a.${index}`);
    script.answers.push(...ids.map(() => 'held' as const));
    for (const id of ids) {
      await outbox.promise(promised(id));
      await outbox.settle(id, RESULT);
    }
    let most = 0;
    for (let rounds = 0; script.attempts.length < 30 && rounds < 30; rounds++) {
      await quiet();
      most = Math.max(most, sender.heldCount);
      sender.release();
    }
    await quiet();
    await pass(1);
    expect(most).toBe(4);
    expect(new Set(script.attempts.map(({ messageId }) => messageId)).size).toBe(30);
    await outbox.close();
  });

  it('promises no more than fits', async () => {
    const bounds = { mostOpen: 2, mostEarly: 2, mostFinal: 2 };
    const { outbox, script, refusals, quiet } = trial(new MemoryOutboxStore(bounds));
    expect(await outbox.promise(promised('a.1'))).toBe(true);
    expect(await outbox.promise(promised('a.2'))).toBe(true);
    expect(await outbox.promise(promised('a.3'))).toBe(false);
    expect(refusals).toEqual(['full']);
    for (const id of ['b.1', 'b.2', 'b.3']) await outbox.settle(id, RESULT);
    await outbox.settle('a.1', RESULT);
    await quiet();
    expect(await outbox.promise(promised('b.1'))).toBe(true);
    await quiet();
    expect(await outbox.state('b.1')).toBe('pending');
    await outbox.settle('a.2', RESULT);
    await quiet();
    expect(await outbox.promise(promised('b.3'))).toBe(true);
    await quiet();
    expect(await outbox.state('b.3')).toBe('sent');
    expect(await outbox.state('a.1')).toBeNull();
    expect(script.attempts).toHaveLength(3);
    await outbox.close();
  });

  it.each([
    ['an id', { id: 'x'.repeat(257) }],
    ['no id', { id: '' }],
    ['arguments', { arguments: 'x'.repeat(20_000) }],
    ['a template', { template: { subject: '', body: 'x'.repeat(20_000) } }],
  ])('does not promise %s that nobody would write', async (_what, changes) => {
    const { outbox } = trial();
    expect(await outbox.promise(promised('a.1', changes))).toBe(false);
    await outbox.close();
  });

  it('apologises for a result that is too long to keep', async () => {
    const { outbox, script, quiet } = trial();
    await outbox.promise(promised('a.1'));
    await outbox.settle('a.1', { kind: 'result', output: 'x'.repeat(10_000_000) });
    await quiet();
    expect(script.attempts[0]!.text).toMatch(/did not work/u);
    await outbox.close();
  });

  it('sends what is due before it ends, and tells what is lost', async () => {
    const { outbox, script, changes } = trial();
    for (const id of ['a.1', 'a.2', 'a.3']) await outbox.promise(promised(id));
    script.answers.push('taken', 'refusedNow');
    await outbox.settle('a.1', RESULT);
    await outbox.settle('a.2', RESULT);
    await outbox.close();
    expect(changes.filter(({ state }) => state !== 'sending')).toMatchObject([
      { id: 'a.1', state: 'sent' },
      { id: 'a.2', state: 'pending' },
      { id: 'a.2', state: 'failed', reason: 'process_ended' },
      { id: 'a.3', state: 'failed', reason: 'process_ended' },
    ]);
    expect(script.attempts).toHaveLength(2);
  });

  it('holds nothing after its end, and says what became of a mail under way', async () => {
    const { outbox, clock, script, changes, quiet } = trial();
    script.answers.push('held');
    await outbox.promise(promised('a.1'));
    await outbox.settle('a.1', RESULT);
    await quiet();
    const closed = outbox.close();
    clock.advance(60_000);
    await closed;
    expect(changes.at(-1)).toMatchObject({ id: 'a.1', state: 'unknown', reason: 'EABORT' });
    expect(clock.pending).toBe(0);
    expect(await outbox.promise(promised('a.2'))).toBe(false);
    await outbox.settle('a.2', RESULT);
    expect(clock.pending).toBe(0);
    expect(script.attempts).toHaveLength(1);
  });
});
