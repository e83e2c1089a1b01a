import type { TestClient } from './test-client.ts';

/** Realtime audio: 24 kHz, 16 bits. */
const RATE = 24_000;

/**
 * Lets the client speak for most of a second and then be silent, so that the energy detector finds
 * a turn. Offsets are counted in samples, so it may come at once.
 */
export function speakTurn(client: TestClient): void {
  beSilent(client, 300);
  speak(client, 800);
  beSilent(client, 900);
}

/** Sound that is taken for a voice. */
export function speak(client: TestClient, ms: number): void {
  append(client, ms, 8_000);
}

function beSilent(client: TestClient, ms: number): void {
  append(client, ms, 0);
}

function append(client: TestClient, ms: number, amplitude: number): void {
  const pcm = Int16Array.from({ length: (RATE * ms) / 1000 }, (_, index) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * 200 * index) / RATE)),
  );
  const audio = Buffer.from(pcm.buffer).toString('base64');
  client.send({ type: 'input_audio_buffer.append', audio });
}
