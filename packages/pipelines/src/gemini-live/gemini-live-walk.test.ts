import { seededRandom } from '@antiphon/session/testing';
import { expect, it } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
import { callerFrame, itemOf, message } from '../upstream/testing/conversation-fixture.ts';
import type { GeminiFixture } from './testing/gemini-fixture.ts';
import { geminiTrials } from './testing/gemini-trials.ts';

const start = geminiTrials();

const WALKS = 120;
const STEPS = 12;

/** A conversation in which anything may happen, and what must hold in the end. */
class Walk {
  readonly #fixture: GeminiFixture;
  readonly #random: () => number;
  #count = 0;

  constructor(fixture: GeminiFixture, random: () => number) {
    this.#fixture = fixture;
    this.#random = random;
  }

  async run(): Promise<string[]> {
    const done: string[] = [];
    for (let step = 0; step < STEPS; step += 1) {
      const [name, act] = this.#pick(this.#steps());
      done.push(name);
      await act();
    }
    const last = await this.#exchange();
    expect((await this.#fixture.ended(last)).outcome, done.join(', ')).toBe('completed');
    return done;
  }

  #steps(): (readonly [string, () => Promise<void>])[] {
    const { caller, upstream } = this.#fixture;
    return [
      ['exchange', async () => void (await this.#exchange())],
      ['tools', () => this.#tools()],
      ['exchange and cut', async () => this.#cut(await this.#exchange())],
      ['stop', () => this.#stop()],
      ['say', async () => void (await this.#say())],
      ['say and cut', async () => this.#cut(await this.#say())],
      ['unasked', () => this.#unasked()],
      ['drop', () => this.#drop()],
      ['go away', async () => upstream.connections.at(-1)?.goAway('1s')],
      ['lose', async () => upstream.connections.at(-1)?.cut()],
      ['type', async () => this.#fixture.add(message(this.#id('typed'), 'caller', 'Typed.'))],
      [
        'delete',
        async () => {
          const item = this.#pick([...caller.items, null]);
          caller.items = caller.items.filter((other) => other !== item);
        },
      ],
    ];
  }

  async #exchange(): Promise<string> {
    const id = this.#id('a');
    this.#fixture.turn(this.#id('turn'), 10);
    this.#fixture.answer(id);
    await this.#fixture.ended(id);
    return id;
  }

  /** Calls that may be covered, and may be answered after the caller has spoken again. */
  async #tools(): Promise<void> {
    const [before, after] = [this.#id('a'), this.#id('a')];
    const { caller } = this.#fixture;
    this.#fixture.turn(this.#id('turn'), 10);
    this.#fixture.answer(before, FIXTURE_CONFIG);
    await this.#fixture.ended(before);
    const calls = caller.of('generation.toolCall').filter((call) => call.generationId === before);
    if (this.#random() < 0.5) await this.#say();
    if (this.#random() < 0.3) await this.#unasked();
    for (const { callId } of calls) {
      const output = { status: 'completed', callId, output: 'shipped' } as const;
      this.#fixture.add({ kind: 'toolOutput', id: `out_${callId}`, ...output });
    }
    this.#fixture.answer(after, FIXTURE_CONFIG);
    await this.#fixture.ended(after);
  }

  async #say(): Promise<string> {
    const id = this.#id('said');
    this.#fixture.caller.say(id, 'One moment, please.');
    await this.#fixture.ended(id);
    return id;
  }

  async #stop(): Promise<void> {
    const id = this.#id('a');
    this.#fixture.turn(this.#id('turn'), 10);
    this.#fixture.answer(id);
    await this.#turns(30);
    this.#fixture.caller.session.cancel(id);
    this.#cut(id);
    // A session has the transcript it is owed before it goes on.
    await this.#settled();
  }

  async #unasked(): Promise<void> {
    this.#fixture.turn(this.#id('turn'), 10);
    await this.#settled();
  }

  async #drop(): Promise<void> {
    const id = this.#id('turn');
    const { session } = this.#fixture.caller;
    session.beginTurn(id);
    for (let frame = 0; frame < 10; frame += 1) session.hear(callerFrame());
    await this.#turns(6);
    session.dropTurn(id);
  }

  /** Only some words of it were heard. */
  #cut(generationId: string): void {
    const id = itemOf(generationId);
    const item = this.#fixture.caller.items.find((other) => other.id === id);
    if (item?.kind !== 'message') return;
    const words = (item.text ?? '').split(' ');
    const text = words.slice(0, Math.floor(this.#random() * words.length)).join(' ');
    this.#fixture.change(id, { status: 'incomplete', text });
  }

  async #settled(): Promise<void> {
    await this.#fixture.until(
      () =>
        this.#fixture.caller.items.every((item) => item.kind !== 'message' || item.text !== null),
      5,
    );
  }

  async #turns(most: number): Promise<void> {
    let left = Math.floor(this.#random() * most);
    await this.#fixture.until(() => left-- <= 0, 2);
  }

  #id(kind: string): string {
    return `${kind}${++this.#count}`;
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!;
  }
}

it(
  'knows, with whatever happens, just what was heard when it answers',
  { timeout: 60_000 },
  async () => {
    let connections = 0;
    let resumed = 0;
    for (let seed = 1; seed <= WALKS; seed += 1) {
      const fixture = await start();
      const done = await new Walk(fixture, seededRandom(seed)).run();
      const told = fixture.caller.items.flatMap((item) =>
        item.kind === 'message' && item.text !== '' ? [`${item.speaker}: ${item.text}`] : [],
      );
      const known = fixture.upstream.last.items.flatMap((item) =>
        item.kind === 'message' && !item.text?.startsWith('[')
          ? [`${item.speaker}: ${item.text}`]
          : [],
      );
      expect(known, `seed ${seed}: ${done.join(', ')}`).toEqual(told);
      connections += fixture.upstream.connections.length;
      resumed += fixture.upstream.connections.filter(
        ({ setup }) => setup?.sessionResumption?.handle !== undefined,
      ).length;
    }
    process.stdout.write(`${WALKS} walks: ${connections} connections, ${resumed} resumed\n`);
    expect(resumed).toBeGreaterThan(0);
  },
);
