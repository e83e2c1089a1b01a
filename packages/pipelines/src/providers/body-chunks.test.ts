import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { PipelineError } from '../pipeline-error.ts';
import { BodyChunks } from './body-chunks.ts';

function open() {
  const source = new PassThrough();
  const left: string[] = [];
  const body = new BodyChunks(source, {
    endless: () => new PipelineError('provider_garbled', 'without end'),
    onLeft: () => left.push('left'),
  });
  return { source, body, left };
}

const read = async (body: BodyChunks): Promise<string> => {
  const { value } = await body.next();
  return value === undefined ? '(end)' : Buffer.from(value).toString();
};

it('gives chunks as they come, also to a reader that waits, and then the end for good', async () => {
  const { source, body } = open();
  const first = read(body);
  source.write('a');
  expect(await first).toBe('a');
  source.end('b');
  expect([await read(body), await read(body), await read(body)]).toEqual(['b', '(end)', '(end)']);
});

it('gives what came before the body broke off, and then says why, once', async () => {
  const { source, body } = open();
  source.write('a');
  await turn();
  source.destroy(new Error('cut'));
  await turn();
  expect(await read(body)).toBe('a');
  await expect(body.next()).rejects.toThrow('cut');
  expect(await read(body)).toBe('(end)');
});

it('lets the connection wait while a reader is slow, and loses nothing of it', async () => {
  const { source, body } = open();
  for (let count = 0; count < 200; count++) {
    source.write('x');
    await turn();
  }
  expect(source.isPaused()).toBe(true);
  source.end();
  let length = 0;
  for await (const bytes of body) length += bytes.length;
  expect(length).toBe(200);
});

it('ends a body that is longer than any answer', async () => {
  const { source, body } = open();
  const reading = (async () => {
    for await (const bytes of body) if (bytes.length === 0) return;
  })();
  const megabyte = Buffer.alloc(1024 * 1024);
  for (let count = 0; count < 5; count++) source.write(megabyte);
  await expect(reading).rejects.toThrow('without end');
  expect(source.destroyed).toBe(true);
});

it('tells when the reader leaves before the end, and not after it', async () => {
  const early = open();
  early.source.write('a');
  await early.body.return();
  expect(early.left).toEqual(['left']);
  expect(await read(early.body)).toBe('(end)');
  const late = open();
  late.source.end();
  expect(await read(late.body)).toBe('(end)');
  await late.body.return();
  expect(late.left).toEqual([]);
});
