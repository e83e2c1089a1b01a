import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadAgents } from '@antiphon/agents';
import { pcm16ToUlaw, readWav, ulawToPcm16 } from '@antiphon/audio';
import { SoundSwallowerSpeechToText } from '@antiphon/pipelines';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const AGENTS = fileURLToPath(new URL('../agents', import.meta.url));
const RECORDED = new URL('../../cli/scenarios/acme-support/audio/', import.meta.url);
const FRAME_SAMPLES = 160;

/** Silence after each turn of a call, in turns, in samples: detectors end turns at various times. */
const TAILS = [800, 3_200, 5_600, 8_000];

const CHECK = ['check-on-an-order', "hi i'd like to check on an order from last week"] as const;
const NUMBER = ['four-four-seven-one', "it's uh four four seven one"] as const;
const CANCEL = ['please-cancel-my-order', 'please cancel my order'] as const;
const CALLS = {
  rms: [CANCEL, NUMBER],
  hts: [
    CHECK,
    NUMBER,
    ['no-it-doesnt', "no it doesn't"],
    ['yes-please', 'yes please'],
    ['yes-that-is-right', 'yes that is right'],
    CANCEL,
  ],
} as const;

let recogniser: SoundSwallowerSpeechToText;

beforeAll(async () => {
  const { definition: agent } = (await loadAgents(AGENTS)).get('acme-support')!;
  recogniser = await SoundSwallowerSpeechToText.start({ dialogue: agent.dialogue! });
});

afterAll(() => recogniser.close());

/** A recorded clip in silence, as a telephone carries it. */
function turnOf(file: string, { lead, tail }: Record<'lead' | 'tail', number>): Int16Array {
  const { pcm } = readWav(readFileSync(new URL(`${file}.wav`, RECORDED)));
  const turn = new Int16Array(lead + pcm.length + tail);
  turn.set(pcm, lead);
  return ulawToPcm16(pcm16ToUlaw(turn));
}

function heard(sessionId: string, pcm: Int16Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const turn = recogniser.recognise(sessionId, {
      onPartial: () => {},
      onFinal: ({ text, unclear }) => resolve(unclear > 0.15 ? `(unclear) ${text}` : text),
      onError: reject,
    });
    for (let at = 0; at < pcm.length; at += FRAME_SAMPLES) {
      turn.accept({ pcm: pcm.subarray(at, at + FRAME_SAMPLES), sampleRate: 8000, atMs: 0 });
    }
    turn.finish();
  });
}

describe('a caller whose line is known from earlier turns', () => {
  it.each([
    ['rms', 1_240],
    ['rms', 1_440],
    ['rms', 2_230],
    ['hts', 1_910],
    ['hts', 2_190],
    ['hts', 2_270],
  ] as const)(
    'is understood wherever words lie in their turn: %s, from sample %i',
    async (voice, lead) => {
      const sessionId = `${voice} ${lead}`;
      for (const [index, [clip, text]] of CALLS[voice].entries()) {
        const tail = TAILS[(index + lead / 10) % TAILS.length]!;
        const pcm = turnOf(`${voice}/${clip}`, { lead: lead + ((index * 70) % 320), tail });
        expect(await heard(sessionId, pcm)).toBe(text);
      }
    },
  );
});
