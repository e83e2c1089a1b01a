import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkerCrew } from './embedded/worker-crew.ts';
import type { PipelineError } from './pipeline-error.ts';
import { startWorker, type RunningWorker, type WorkerStart } from './start-worker.ts';

/** Says it is ready, answers what it is told, and breaks when told to. */
const OBEDIENT = `
  import { parentPort, workerData } from 'node:worker_threads';
  if (workerData === 'break at once') throw new Error('broken at once');
  parentPort!.on('message', (message: string) => {
    if (message === 'break') throw new Error('told to');
    parentPort!.postMessage(message.toUpperCase());
  });
  parentPort!.postMessage('ready');
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-worker-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'obedient.worker.ts'), OBEDIENT);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function obedient(): URL {
  return pathToFileURL(join(folder, 'obedient.worker'));
}

function start(options: Partial<WorkerStart<string>>): Promise<RunningWorker> {
  return startWorker<string>({
    name: 'obedient',
    module: obedient(),
    data: undefined,
    onMessage: () => {},
    onFailure: () => {},
    ...options,
  });
}

describe('startWorker', () => {
  it('runs a TypeScript module and carries messages both ways', async () => {
    let answer = (_message: string): void => {};
    const worker = await start({ onMessage: (message) => answer(message) });
    const answered = new Promise<string>((resolve) => {
      answer = resolve;
    });
    worker.hold();
    worker.post('hello');
    expect(await answered).toBe('HELLO');
    worker.release();
    await worker.close();
  });

  it('rejects with what a module threw before it was ready', async () => {
    await expect(start({ data: 'break at once' })).rejects.toMatchObject({
      code: 'worker_failed',
      message: expect.stringContaining('broken at once') as string,
    });
  });

  it('reports a thread that ends on its own, once', async () => {
    const errors: PipelineError[] = [];
    const failed = new Promise<void>((resolve) => {
      void start({
        onFailure: (error) => {
          errors.push(error);
          resolve();
        },
      }).then((worker) => {
        worker.hold();
        worker.post('break');
      });
    });
    await failed;
    expect(errors).toEqual([expect.objectContaining({ code: 'worker_failed' })]);
    expect(errors[0]!.message).toContain('told to');
  });

  it('reports nothing of a thread that was closed, and closes twice', async () => {
    const errors: PipelineError[] = [];
    const worker = await start({ onFailure: (error) => errors.push(error) });
    worker.post('break');
    await worker.close();
    await worker.close();
    worker.post('too late');
    expect(errors).toEqual([]);
  });
});

describe('WorkerCrew', () => {
  it('puts another thread in the place of a lost one', async () => {
    const lost: RunningWorker[] = [];
    let replaced = (_worker: RunningWorker): void => {};
    const replacement = new Promise<RunningWorker>((resolve) => {
      replaced = resolve;
    });
    const crew = await WorkerCrew.start<string>({
      name: 'obedient',
      module: obedient(),
      data: undefined,
      size: 2,
      onMessage: () => {},
      onLoss: (worker) => lost.push(worker),
      onReplaced: replaced,
      onFailure: () => {},
    });
    const [first, second] = [...crew.workers];
    first!.hold();
    first!.post('break');
    const third = await replacement;
    expect(lost).toEqual([first]);
    expect([...crew.workers]).toEqual([second, third]);
    await crew.close();
    expect(crew.workers.size).toBe(0);
  });

  it('does not start when one of its threads cannot', async () => {
    const crew = WorkerCrew.start<string>({
      name: 'obedient',
      module: obedient(),
      data: 'break at once',
      size: 2,
      onMessage: () => {},
      onLoss: () => {},
      onReplaced: () => {},
      onFailure: () => {},
    });
    await expect(crew).rejects.toMatchObject({ code: 'worker_failed' });
  });
});
