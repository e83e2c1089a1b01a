import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ToolOutcome } from '@antiphon/session';
import { seededRandom } from '@antiphon/session/testing';
import { Redis } from 'ioredis';
import { BullmqToolRunner } from '../bullmq/bullmq-tool-runner.ts';
import { jobKey } from '../bullmq/job-claims.ts';
import { ToolQueue } from '../bullmq/tool-queue.ts';
import { TRIAL_AGENT, TRIAL_DEFINITIONS } from './kill-trial-tools.ts';
import { PrivateRedis } from './private-redis.ts';

/** What happens in a trial, at a random point of its calls. */
export const KILL_FAULTS = ['worker killed', 'Redis killed', 'Redis hung', 'both killed'] as const;

/** What came of the calls of one trial. */
export interface KillTrialReport {
  readonly seed: number;
  readonly fault: (typeof KILL_FAULTS)[number];
  readonly calls: number;
  readonly results: number;
  /** Calls that began more than once, as their effect allows. */
  readonly restarted: number;
  readonly unknown: number;
  /** Calls that could not get into the queue, and had no effect. */
  readonly refused: number;
  /** Calls of `at_most_once` tools that had their effect twice. */
  readonly duplicated: number;
  /** Calls that may be restarted, got into the queue, and ended without a result. */
  readonly lost: number;
  /** Calls whose caller was told something that is not so. */
  readonly untrue: number;
  /** From the death of a worker until another began what it had begun. */
  readonly restartMs: readonly number[];
}

const CALLS = 9;

/** Calls begin, tools run and the fault comes within about a second. */
const SPREAD_MS = 700;

/** What is left in the queue when all calls have ended is gone within this. */
const DRAIN_MS = 10_000;

/** A Redis is gone, or hangs, for less or longer than a lock holds. */
const LONGEST_ABSENCE_MS = 3_500;

/**
 * Calls tools on two workers while one of them, or their Redis, is killed with -9 or hung; what
 * happens when is the seed's. Real processes, real time: 3 to 15 seconds.
 */
export async function killTrial(seed: number): Promise<KillTrialReport> {
  const trial = new KillTrial(seed);
  try {
    return await trial.run();
  } finally {
    await trial.close();
  }
}

interface Call {
  readonly callId: string;
  readonly effect: string;
  readonly outcome: ToolOutcome;
}

class KillTrial {
  readonly #seed: number;
  readonly #random: () => number;
  readonly #workers = new Set<ChildProcess>();
  #folder = '';
  #redis: PrivateRedis | null = null;
  #queue: ToolQueue | null = null;
  #diedAtMs = Infinity;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = seededRandom(seed);
  }

  async run(): Promise<KillTrialReport> {
    this.#folder = await mkdtemp(path.join(tmpdir(), 'antiphon-kills-'));
    const notes = path.join(this.#folder, 'notes');
    await writeFile(notes, '');
    const redis = await PrivateRedis.start({ appendFsync: 'always' });
    this.#redis = redis;
    const workers = [1, 2].map(() => this.#startWorker(redis.url, notes));
    await Promise.all(workers.map(ready));
    const queue = new ToolQueue({ url: redis.url });
    this.#queue = queue;
    const runner = new BullmqToolRunner(queue, {
      agent: TRIAL_AGENT,
      definitions: TRIAL_DEFINITIONS,
    });
    const fault = KILL_FAULTS[this.#seed % KILL_FAULTS.length]!;
    const calls = Promise.all(
      Array.from({ length: CALLS }, (_, index) => this.#call(runner, index)),
    );
    await after(this.#upTo(SPREAD_MS + 300));
    if (fault === 'worker killed' || fault === 'both killed') {
      this.#diedAtMs = Date.now();
      workers[0]!.kill('SIGKILL');
    }
    if (fault === 'Redis killed' || fault === 'both killed') {
      await redis.kill();
      await after(this.#upTo(LONGEST_ABSENCE_MS));
      await redis.restart();
    }
    if (fault === 'Redis hung') {
      redis.hang();
      await after(this.#upTo(LONGEST_ABSENCE_MS));
      redis.resume();
    }
    const ended = await calls;
    await drained(redis);
    return this.#report(fault, ended, await readFile(notes, 'utf8'));
  }

  async close(): Promise<void> {
    await this.#queue?.close();
    for (const worker of this.#workers) worker.kill('SIGKILL');
    await this.#redis?.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #upTo(ms: number): number {
    return this.#random() * ms;
  }

  #startWorker(url: string, notes: string): ChildProcess {
    const isSource = import.meta.url.endsWith('.ts');
    const program = new URL(`./kill-trial.worker.${isSource ? 'ts' : 'js'}`, import.meta.url);
    const worker = fork(fileURLToPath(program), [url, notes], {
      execArgv: isSource ? ['--import', 'tsx', '--conditions=antiphon-source'] : [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#workers.add(worker);
    worker.once('close', () => this.#workers.delete(worker));
    return worker;
  }

  async #call(runner: BullmqToolRunner, index: number): Promise<Call> {
    const { name: effect } = TRIAL_DEFINITIONS[index % TRIAL_DEFINITIONS.length]!;
    const callId = `call_${index}`;
    const args = { beforeMs: this.#upTo(400), afterMs: this.#upTo(400) };
    const startMs = this.#upTo(SPREAD_MS);
    await after(startMs);
    const call = { sessionId: 's', callId, name: effect, arguments: JSON.stringify(args) };
    return { callId, effect, outcome: await runner.run(call, new AbortController().signal) };
  }

  #report(fault: KillTrialReport['fault'], calls: readonly Call[], notes: string): KillTrialReport {
    const lines = notes.split('\n').map((line) => line.split(' '));
    const atMs = (kind: string, callId: string): number[] =>
      lines.filter(([what, id]) => what === kind && id === callId).map(([, , ms]) => Number(ms));
    const seen = calls.map(({ callId, effect, outcome }) => ({
      isOnce: effect === 'at_most_once',
      outcome,
      begins: atMs('begin', callId),
      effects: atMs('effect', callId).length,
    }));
    const count = (is: (call: (typeof seen)[number]) => boolean): number => seen.filter(is).length;
    const isRefused = ({ outcome }: (typeof seen)[number]): boolean =>
      outcome.kind === 'error' && outcome.message.endsWith('its queue cannot be reached.');
    const isResult = ({ outcome }: (typeof seen)[number]): boolean => outcome.kind === 'result';
    return {
      seed: this.#seed,
      fault,
      calls: calls.length,
      results: count(isResult),
      restarted: count(({ begins }) => begins.length > 1),
      unknown: count(({ outcome }) => outcome.kind === 'unknown'),
      refused: count(isRefused),
      duplicated: count(({ isOnce, effects }) => isOnce && effects > 1),
      lost: count((call) => !call.isOnce && !isResult(call) && !isRefused(call)),
      untrue: count((call) => {
        if (isResult(call)) return call.effects === 0;
        if (isRefused(call)) return call.isOnce && call.effects > 0;
        return call.outcome.kind !== 'unknown';
      }),
      restartMs: seen.flatMap(({ begins }) => {
        const again = begins.find((ms) => ms > this.#diedAtMs);
        const isRestart = begins[0]! < this.#diedAtMs && again !== undefined;
        return isRestart ? [again - this.#diedAtMs] : [];
      }),
    };
  }
}

/** Resolves when a worker takes jobs; rejects when it ends before. */
async function ready(worker: ChildProcess): Promise<void> {
  const [said] = (await Promise.race([once(worker, 'message'), once(worker, 'close')])) as [
    unknown,
  ];
  if (said !== 'ready') throw new Error(`A worker ended with ${String(said)} before it was ready.`);
}

/** Resolves when no job waits or runs; rejects when some still do after a while. */
async function drained({ socket }: PrivateRedis): Promise<void> {
  const connection = new Redis(socket);
  try {
    for (const untilMs = Date.now() + DRAIN_MS; ; await after(50)) {
      const jobs = [
        ...(await connection.lrange(jobKey('wait'), 0, -1)),
        ...(await connection.lrange(jobKey('active'), 0, -1)),
      ];
      if (jobs.length === 0) return;
      if (Date.now() > untilMs) throw new Error(`Still in the queue: ${jobs.join(', ')}`);
    }
  } finally {
    connection.disconnect();
  }
}
