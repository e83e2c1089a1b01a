import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FollowUps, PromisedFollowUp } from '../ports/follow-ups.ts';
import type { ToolOutcome } from '../ports/tool-runner.ts';
import type { DrivenClock } from './driven-clock.ts';

/** A mail that a {@link FollowUps} handed over. */
export interface HandedMail {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * How one attempt to hand a mail over ends: taken, refused for now or for good, without an answer,
 * or not before the test releases it.
 */
export type MailAnswer = 'taken' | 'refusedNow' | 'refused' | 'lost' | 'held';

/** What a {@link FollowUps} is tried with: a mail sender that does as it is told. */
export interface FollowUpsTrial {
  readonly followUps: FollowUps;
  /** Another one that shares what the first has promised; `null` where nothing is shared. */
  readonly other: FollowUps | null;
  readonly clock: DrivenClock;
  /** Every attempt, also those that were refused. */
  readonly attempts: readonly HandedMail[];
  /** How the next attempts end; all that follow are taken. */
  answer(...answers: MailAnswer[]): void;
  /** Lets an attempt that is held be taken. */
  release(): void;
  /** Resolves when nothing more happens before time moves on; what is held counts as nothing. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

/** Longer than all attempts of a mail together, and than any call. */
const LONG_MS = 3 * 3_600_000;
const MINUTE_MS = 60_000;

const RESULT: ToolOutcome = { kind: 'result', output: '{"status":"shipped"}' };

/** The contract of the FollowUps port. */
export function describeFollowUps(name: string, setup: () => Promise<FollowUpsTrial>): void {
  describe(`FollowUps: ${name}`, () => {
    let trial: FollowUpsTrial;
    let followUps: FollowUps;

    beforeEach(async () => {
      trial = await setup();
      ({ followUps } = trial);
    });

    afterEach(() => trial.close());

    const promised = (changes: Partial<PromisedFollowUp> = {}): PromisedFollowUp => ({
      id: 'sess_1.call_1',
      agent: 'suite',
      tool: 'lookup_order',
      to: 'ann@example.com',
      template: { subject: 'Order {order_id}', body: 'It is {result.status}.' },
      arguments: '{"order_id":"4471"}',
      ...changes,
    });
    const { id } = promised();

    /** Lets time go by, with time to act after each minute. */
    async function pass(ms: number): Promise<void> {
      for (let passedMs = 0; passedMs < ms; passedMs += MINUTE_MS) {
        trial.clock.advance(MINUTE_MS);
        await trial.quiet();
      }
    }

    async function settle(outcome: ToolOutcome = RESULT, which = id): Promise<void> {
      await followUps.settle(which, outcome);
      await trial.quiet();
    }

    it('knows nothing of what was never promised', async () => {
      expect(await followUps.state('sess_9.call_9')).toBeNull();
    });

    it('waits for the end of the call, then sends the filled template once', async () => {
      expect(await followUps.promise(promised())).toBe(true);
      await trial.quiet();
      expect(await followUps.state(id)).toBe('pending');
      expect(trial.attempts).toHaveLength(0);
      await settle();
      expect(trial.attempts).toMatchObject([
        { to: 'ann@example.com', subject: 'Order 4471', text: 'It is shipped.' },
      ]);
      expect(await followUps.state(id)).toBe('sent');
    });

    it('is sending while nobody knows whether the mail is taken', async () => {
      trial.answer('held');
      await followUps.promise(promised());
      await settle();
      expect(await followUps.state(id)).toBe('sending');
      trial.release();
      await trial.quiet();
      expect(await followUps.state(id)).toBe('sent');
    });

    it('takes the same promise again, and still sends one mail', async () => {
      expect(await followUps.promise(promised())).toBe(true);
      expect(await followUps.promise(promised({ to: 'bob@example.com' }))).toBe(true);
      await settle();
      expect(await followUps.promise(promised())).toBe(true);
      await settle();
      await pass(LONG_MS);
      expect(trial.attempts.map(({ to }) => to)).toEqual(['ann@example.com']);
    });

    it('takes the first outcome of a call and no other', async () => {
      await followUps.promise(promised());
      await settle();
      await settle({ kind: 'timeout' });
      await settle({ kind: 'result', output: '{"status":"lost"}' });
      await pass(LONG_MS);
      expect(trial.attempts.map(({ text }) => text)).toEqual(['It is shipped.']);
    });

    it('sends what was promised just after the call had ended', async () => {
      await settle();
      expect(trial.attempts).toHaveLength(0);
      expect(await followUps.state(id)).toBeNull();
      trial.clock.advance(MINUTE_MS);
      expect(await followUps.promise(promised())).toBe(true);
      await trial.quiet();
      expect(trial.attempts.map(({ text }) => text)).toEqual(['It is shipped.']);
      expect(await followUps.state(id)).toBe('sent');
    });

    it('sends nothing for a call that nobody was promised an answer of', async () => {
      await settle();
      await pass(LONG_MS);
      expect(trial.attempts).toHaveLength(0);
    });

    it.each([
      ['error', { kind: 'error', message: 'ECONNREFUSED 10.0.0.7' }, /did not work/],
      ['timeout', { kind: 'timeout' }, /too long.*cannot say/s],
      ['cancelled', { kind: 'cancelled' }, /stopped/],
      ['unknown', { kind: 'unknown' }, /cannot say whether it was done/],
    ] as const)('apologises in plain words for %s', async (_kind, outcome, words) => {
      await followUps.promise(promised());
      await settle(outcome);
      expect(trial.attempts).toHaveLength(1);
      const { subject, text } = trial.attempts[0]!;
      expect(text).toMatch(words);
      expect(text).toMatch(/sorry/i);
      expect(`${subject} ${text}`).not.toMatch(/shipped|undefined|[{}]|ECONN|Order 4471/);
      expect(await followUps.state(id)).toBe('sent');
    });

    it('apologises when a call is never heard of again', async () => {
      await followUps.promise(promised());
      await pass(LONG_MS);
      expect(trial.attempts).toHaveLength(1);
      expect(trial.attempts[0]!.text).toMatch(/cannot say/);
      expect(await followUps.state(id)).toBe('sent');
      await settle();
      expect(trial.attempts).toHaveLength(1);
    });

    it('tries again, with the same message id, what was refused for now', async () => {
      trial.answer('refusedNow', 'refusedNow');
      await followUps.promise(promised());
      await settle();
      expect(await followUps.state(id)).toBe('pending');
      expect(trial.attempts).toHaveLength(1);
      await pass(LONG_MS);
      expect(await followUps.state(id)).toBe('sent');
      expect(trial.attempts).toHaveLength(3);
      expect(new Set(trial.attempts.map(({ messageId }) => messageId)).size).toBe(1);
    });

    it('waits longer from attempt to attempt', async () => {
      trial.answer(...Array.from({ length: 4 }, () => 'refusedNow' as const));
      await followUps.promise(promised());
      await settle();
      const atMs: number[] = [trial.clock.now()];
      for (let waits = 0; trial.attempts.length < 5 && waits < 5_000; waits++) {
        const { length } = trial.attempts;
        trial.clock.advance(1_000);
        await trial.quiet();
        if (trial.attempts.length > length) atMs.push(trial.clock.now());
      }
      const gaps = atMs.slice(1).map((instant, index) => instant - atMs[index]!);
      expect(gaps).toHaveLength(4);
      expect(gaps).toEqual([...gaps].toSorted((a, b) => a - b));
      expect(gaps[3]).toBeGreaterThan(gaps[0]! * 4);
    });

    it('gives up a mail that is refused again and again', async () => {
      trial.answer(...Array.from({ length: 100 }, () => 'refusedNow' as const));
      await followUps.promise(promised());
      await settle();
      await pass(LONG_MS);
      expect(await followUps.state(id)).toBe('failed');
      expect(trial.attempts.length).toBeLessThan(20);
    });

    it('does not try again what is refused for good', async () => {
      trial.answer('refused');
      await followUps.promise(promised());
      await settle();
      expect(await followUps.state(id)).toBe('failed');
      await pass(LONG_MS);
      expect(trial.attempts).toHaveLength(1);
    });

    it('never sends again what may have been sent', async () => {
      trial.answer('lost');
      await followUps.promise(promised());
      await settle();
      expect(await followUps.state(id)).toBe('unknown');
      await settle();
      await followUps.promise(promised());
      await pass(LONG_MS);
      expect(trial.attempts).toHaveLength(1);
      expect(await followUps.state(id)).toBe('unknown');
    });

    it('is unknown, and stays so, when a sender has not come back for long', async () => {
      trial.answer('held');
      await followUps.promise(promised());
      await settle();
      await pass(LONG_MS);
      expect(await followUps.state(id)).toBe('unknown');
      trial.release();
      await trial.quiet();
      await pass(LONG_MS);
      expect(await followUps.state(id)).toBe('unknown');
      expect(trial.attempts).toHaveLength(1);
    });

    it('keeps calls apart', async () => {
      trial.answer('refused');
      await followUps.promise(promised());
      await followUps.promise(promised({ id: 'sess_1.call_2', to: 'bob@example.com' }));
      await settle();
      await settle(RESULT, 'sess_1.call_2');
      expect(await followUps.state(id)).toBe('failed');
      expect(await followUps.state('sess_1.call_2')).toBe('sent');
      const [first, second] = trial.attempts;
      expect(first!.messageId).not.toBe(second!.messageId);
    });

    it('sends many, each once', async () => {
      const ids = Array.from({ length: 50 }, (_each, index) => `sess_2.call_${index}`);
      await Promise.all(ids.map((each) => followUps.promise(promised({ id: each }))));
      await Promise.all(ids.map((each) => followUps.settle(each, RESULT)));
      await trial.quiet();
      await pass(5 * MINUTE_MS);
      expect(trial.attempts).toHaveLength(50);
      expect(new Set(trial.attempts.map(({ messageId }) => messageId)).size).toBe(50);
    });

    it.each([
      'ann@example.com, bob@example.com',
      'ann@example.com\r\nBcc: all@example.com',
      'Ann <ann@example.com>',
      'ann@localhost',
      'ann',
      '',
      `${'a'.repeat(250)}@example.com`,
    ])('does not promise a mail to %j', async (to) => {
      expect(await followUps.promise(promised({ to }))).toBe(false);
      await settle();
      expect(trial.attempts).toHaveLength(0);
      expect(await followUps.state(id)).toBeNull();
    });

    it('sends one mail when two settle and send at once', async () => {
      const second = trial.other ?? followUps;
      await followUps.promise(promised());
      await Promise.all([followUps.settle(id, RESULT), second.settle(id, RESULT)]);
      await trial.quiet();
      await pass(LONG_MS);
      expect(trial.attempts).toHaveLength(1);
      expect(await second.state(id)).toBe('sent');
    });
  });
}
