import { pcm16ToBytes, pcm16ToUlaw } from '@antiphon/audio';
import type { ResponseObject, SessionObject } from '@antiphon/protocol';
import { expect, it } from 'vitest';
import { AgentAudio } from './agent-audio.ts';

const PCM = { type: 'audio/pcm', rate: 24000 } as const;
const ULAW = { type: 'audio/pcmu' } as const;

type Format = typeof PCM | typeof ULAW;

const outputOf = (format: Format) => ({ audio: { output: { format } } });
const response = (format: Format) =>
  ({ id: 'resp_1', ...outputOf(format) }) as unknown as ResponseObject;
const session = (format: Format) => outputOf(format) as unknown as SessionObject;

const samples = (length: number): Int16Array => new Int16Array(length).fill(1000);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const asPcm = base64(pcm16ToBytes(samples(480)));
const asUlaw = base64(pcm16ToUlaw(samples(161)));

it('is decoded as its response says', () => {
  const audio = new AgentAudio();
  audio.begin(response(PCM));
  expect(audio.decode('resp_1', asPcm).length).toBeGreaterThan(100);
  audio.begin(response(ULAW));
  expect(audio.decode('resp_1', asUlaw)).toHaveLength(161);
});

it('is decoded as the session says once that is updated, though its response began before', () => {
  const audio = new AgentAudio();
  audio.begin(response(PCM));
  audio.update(session(ULAW));
  expect(audio.decode('resp_1', asUlaw)).toHaveLength(161);
});
