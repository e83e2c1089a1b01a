import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { BatchedWrites } from './batched-writes.ts';

/** Each system call a real socket would make, with what it carries. */
function openSocket() {
  const calls: string[] = [];
  const socket = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      calls.push(String(chunk));
      done();
    },
    writev: (chunks, done) => {
      calls.push(chunks.map(({ chunk }) => String(chunk)).join('+'));
      done();
    },
  });
  const writes = new BatchedWrites(socket);
  const write = (text: string): void => {
    writes.next();
    socket.write(text);
  };
  return { socket, calls, write, writes };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('sends the first at once and the others of a turn together', async () => {
  const { calls, write } = openSocket();
  write('a');
  expect(calls).toEqual(['a']);
  write('b');
  write('c');
  write('d');
  expect(calls).toEqual(['a']);
  await nextTurn();
  expect(calls).toEqual(['a', 'b+c+d']);
});

it('begins anew with every turn', async () => {
  const { calls, write } = openSocket();
  write('a');
  await nextTurn();
  write('b');
  expect(calls).toEqual(['a', 'b']);
});

it('sends what it holds when it is told not to wait, and goes on gathering', async () => {
  const { calls, write, writes } = openSocket();
  write('a');
  write('b');
  writes.flush();
  expect(calls).toEqual(['a', 'b']);
  write('c');
  write('d');
  expect(calls).toEqual(['a', 'b']);
  await nextTurn();
  expect(calls).toEqual(['a', 'b', 'c+d']);
});

it('sends what it holds before a socket that is ended in the same turn closes', async () => {
  const { socket, calls, write } = openSocket();
  write('a');
  write('b');
  socket.end('c');
  await nextTurn();
  expect(calls.join('+')).toBe('a+b+c');
});

it('holds nothing back from a socket that is gone', async () => {
  const { socket, calls, write, writes } = openSocket();
  write('a');
  write('b');
  socket.destroy();
  await nextTurn();
  writes.flush();
  expect(calls).toEqual(['a']);
  expect(socket.writableCorked).toBe(0);
});
