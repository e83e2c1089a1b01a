// How surely and how soon audio is found not to be in its declared format, after `npm run build`:
// node infra/bench/declared-format.mjs [FOLDER]. It takes every 8 kHz speech clip below the folder, or
// the openings among the fixtures of packages/realtime.
import { readdirSync, readFileSync } from 'node:fs';
import { encodeAudio, readWav, speechIntervals } from '@antiphon/audio';
import {
  DECLARABLE,
  DeclaredFormat,
  expectedName,
  isWrong,
  LIVE_PATTERNS,
  liveArrivals,
  nameOfFormat,
  PLAIN_SOUNDS,
  sampleBytes,
  seededRandom,
  SENT,
  sentAs,
  toldOfStream,
} from '@antiphon/realtime/testing';

/** @typedef {(typeof SENT)[number]} Format */
/** @typedef {(typeof DECLARABLE)[number]} Declared */
/** @typedef {{ pcm: Int16Array, onsetMs: number }} Clip */

const OPENING_SAMPLES = 12_800;
const patterns = Object.values(LIVE_PATTERNS);
const clips = process.argv[2] ? clipsBelow(process.argv[2]) : openings();
console.log(`${clips.length} clips, each carried in ${patterns.length} ways\n`);
reportFound();
reportFalseAlarms();
reportMeanFrequency();
reportCost();

function reportFound() {
  console.log('sent, as declared: % told rightly, % within 1 s of sound; ms of sound p50, max');
  for (const sent of SENT) {
    const streams = clips.map(({ pcm, onsetMs }) => ({ bytes: sentAs(pcm, sent), onsetMs }));
    for (const declared of DECLARABLE.filter((format) => isWrong(sent, format))) {
      const soundMs = streams.flatMap(({ bytes, onsetMs }, clip) =>
        patterns.map((_, pattern) => {
          const told = toldOfStream(
            { bytes, sent },
            declared,
            arrivalsOf(bytes, sent, { clip, pattern }),
          );
          const isRight = told.length === 1 && told[0]?.looksLike === expectedName(sent, declared);
          return isRight ? (told[0]?.afterMs ?? 0) - onsetMs : Infinity;
        }),
      );
      const found = soundMs.filter((ms) => ms < Infinity).toSorted((a, b) => a - b);
      const inTime = found.filter((ms) => ms <= 1_000);
      const name = `${nameOfFormat(sent)}, as ${nameOfFormat(declared)}`;
      const ms = [found[found.length >> 1], found.at(-1)].map((value) => (value ?? NaN).toFixed(0));
      console.log(
        `${name.padEnd(48)}${percent(found, soundMs)}${percent(inTime, soundMs)}  ${ms.join(', ')}`,
      );
    }
  }
}

function reportFalseAlarms() {
  console.log('\nrightly declared: told, of so many streams');
  for (const declared of DECLARABLE) {
    /** @type {[string, Uint8Array[]][]} */
    const kinds = [
      ['speech', clips.map(({ pcm }) => sentAs(pcm, declared))],
      ...Object.entries(PLAIN_SOUNDS).map(
        /** @returns {[string, Uint8Array[]]} */
        ([name, pcmAt]) => [name, [encodeAudio(pcmAt(declared.hz), declared.encoding)]],
      ),
    ];
    for (const [name, streams] of kinds) {
      const told = streams.flatMap((bytes, clip) =>
        patterns.flatMap((_, pattern) =>
          toldOfStream(
            { bytes, sent: declared },
            declared,
            arrivalsOf(bytes, declared, { clip, pattern }),
          ),
        ),
      );
      const row = `${nameOfFormat(declared)}: ${name}`.padEnd(48);
      console.log(`${row}${told.length} of ${streams.length * patterns.length}`);
    }
  }
}

/** How well the rate could be told by the sound itself, from the mean frequency of its first second. */
function reportMeanFrequency() {
  const declared = { encoding: /** @type {const} */ ('pcm16'), hz: 24_000 };
  const right = clips.map(({ pcm }) => meanHz(sentAs(pcm, declared), 1));
  const plain = Object.values(PLAIN_SOUNDS).map((pcmAt) =>
    meanHz(encodeAudio(pcmAt(24_000), 'pcm16'), 1),
  );
  for (const hz of [8_000, 16_000]) {
    const wrong = clips.map(({ pcm }) => meanHz(sentAs(pcm, { ...declared, hz }), hz / 24_000));
    const limit = wrong.toSorted((a, b) => a - b)[Math.floor(wrong.length / 100)] ?? NaN;
    console.log(
      `\n99 % of speech at ${hz} Hz read as 24000 has a mean frequency of ${limit.toFixed(0)} Hz or ` +
        `more; so have, rightly declared,${percent(
          right.filter((value) => value >= limit),
          right,
        )} % ` +
        `of speech and ${plain.filter((value) => value >= limit).length} of ${plain.length} other sounds`,
    );
  }
}

function reportCost() {
  console.log(
    '\nmicroseconds of processor time per 20 ms append of PCM16 at 24 kHz, median of 9 rounds',
  );
  const voice = encodeAudio(PLAIN_SOUNDS['a sung vowel']?.(24_000) ?? new Int16Array(0), 'pcm16');
  const silence = new Uint8Array(voice.length);
  /** @type {[string, number, Uint8Array, number][]} */
  const rows = [
    ['silence', 100, silence, 20],
    ['the first half second of a voice', 25, voice, 20],
    ['two seconds of it', 100, voice, 20],
    ['the same at a suspicious pace', 100, voice, 32],
  ];
  for (const [name, frames, bytes, everyMs] of rows) {
    const rounds = Array.from({ length: 9 }, () => {
      const started = process.cpuUsage();
      for (let call = 0; call < 200; call++) {
        const watch = new DeclaredFormat(() => {});
        for (let frame = 0; frame < frames; frame++) {
          const at = (frame * 960) % bytes.length;
          const atMs = frame * everyMs;
          watch.hear(bytes.subarray(at, at + 960), { encoding: 'pcm16', rate: 24_000, atMs });
        }
      }
      return process.cpuUsage(started).user / (200 * frames);
    });
    const middle = rounds.toSorted((a, b) => a - b)[4] ?? NaN;
    console.log(`${name.padEnd(48)}${middle.toFixed(2).padStart(8)}`);
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {Format} sent
 * @param {{ clip: number, pattern: number }} trial
 */
function arrivalsOf(bytes, sent, { clip, pattern }) {
  const samples = bytes.length / sampleBytes(sent.encoding);
  const way = patterns[pattern];
  if (!way) throw new Error(`There is no pattern ${pattern}.`);
  return liveArrivals({ hz: sent.hz, samples }, way, seededRandom(97 * clip + pattern + sent.hz));
}

/**
 * The frequency of a tone whose neighbouring samples are as alike as those of the sound.
 * @param {Uint8Array} bytes PCM16, taken to have 24 kHz
 * @param {number} seconds how much of its sound is looked at
 */
function meanHz(bytes, seconds) {
  const pcm = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  let left = seconds * 24_000;
  let power = 0;
  let product = 0;
  for (let start = 0; start + 480 <= pcm.length && left > 0; start += 480) {
    const frame = pcm.subarray(start, start + 480);
    const framePower = frame.reduce((sum, value) => sum + value * value, 0);
    if (framePower < 480 * 1_000) continue;
    left -= 480;
    power += framePower;
    for (let i = 1; i < 480; i++) product += (frame[i] ?? 0) * (frame[i - 1] ?? 0);
  }
  return (Math.acos(Math.min(1, product / power)) * 24_000) / (2 * Math.PI);
}

/** @param {string} folder */
function clipsBelow(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.wav') && !name.includes('noise'))
    .map((name) => readWav(readFileSync(`${folder}/${name}`)))
    .filter(({ sampleRate }) => sampleRate === 8_000)
    .map(({ pcm }) => clipOf(pcm));
}

function openings() {
  return ['hts', 'rms', 'slt'].flatMap((voice) => {
    const file = `../../packages/realtime/fixtures/openings-${voice}.wav`;
    const { pcm } = readWav(readFileSync(new URL(file, import.meta.url)));
    return Array.from({ length: pcm.length / OPENING_SAMPLES }, (_, index) =>
      clipOf(pcm.subarray(index * OPENING_SAMPLES, (index + 1) * OPENING_SAMPLES)),
    );
  });
}

/**
 * A clip, and where its sound begins: where noise is louder than -45 dBFS, with the noise.
 * @param {Int16Array} pcm
 * @returns {Clip}
 */
function clipOf(pcm) {
  return { pcm, onsetMs: speechIntervals(pcm, 8_000)[0]?.startMs ?? 0 };
}

/**
 * @param {readonly unknown[]} part
 * @param {readonly unknown[]} whole
 */
function percent(part, whole) {
  return ((100 * part.length) / whole.length).toFixed(2).padStart(8);
}
