import { readFile } from 'node:fs/promises';
import { readWav } from '@antiphon/audio';
import type { FliteTextToSpeech } from '@antiphon/pipelines';
import type { Clip, ClipKind, Echo } from './clip.ts';
import { sayOnLine } from './flite-voices.ts';
import { atLevel } from './levels.ts';
import {
  breath,
  cough,
  cry,
  doorSlam,
  inTurn,
  keyClicks,
  knocks,
  laugh,
  music,
  pinkNoise,
  rustle,
  silence,
  tones,
  voicedCough,
  whiteNoise,
} from './sounds.ts';

/** How loud a caller is on the line, as the recorded ones are. */
const CALLER_DBFS = -20;

/** What the caller says before the agent answers. */
const TURN = "Where's my order?";

const RECORDED = new URL('../../../../cli/scenarios/acme-support/audio/', import.meta.url);

/** Spoken over the agent: who, what, and how much louder than in their turn, in dB. */
type Spoken = readonly [voice: string, text: string, db: number];

const BARGE_INS: readonly Spoken[] = [
  ['rms', 'stop', 0],
  ['slt', 'stop', 3],
  ['awb', 'wait', 0],
  ['kal16', 'wait', -6],
  ['rms', 'no', 0],
  ['slt', "no that's wrong", 0],
  ['kal', 'hold on a second', -3],
  ['rms', 'can I speak to a person', 0],
  ['awb', 'actually cancel that', 0],
  ['slt', 'sorry what was that', -6],
  ['rms', 'four four seven one', 0],
  ['kal16', 'excuse me', -3],
  ['slt', 'hang on', 0],
  ['rms', "that's not my order", -8],
  ['awb', 'never mind', 0],
  ['slt', 'listen', 0],
  ['rms', 'hello', 0],
  ['kal16', 'no no no', 3],
  ['slt', 'what', 0],
  ['rms', 'enough', 0],
  ['awb', 'please stop', -3],
  ['slt', 'hey', 0],
  ['rms', 'okay but I need it today', 0],
  ['awb', 'right and what about the other one', 0],
  ['slt', "yeah no that's not it", -3],
  ['kal16', 'why', 0],
];

const RECORDED_BARGE_INS: readonly (readonly [voice: string, file: string])[] = [
  ['rms', 'cancel-and-reorder'],
  ['rms', 'speak-to-a-person'],
  ['hts', 'four-four-seven-one'],
];

const BACKCHANNELS: readonly Spoken[] = [
  ['rms', 'uh huh', 0],
  ['slt', 'uh huh', -3],
  ['awb', 'uh huh', 0],
  ['rms', 'um hum', 0],
  ['slt', 'um hum', -6],
  ['kal16', 'um hum', 0],
  ['rms', 'right', 0],
  ['slt', 'right', -3],
  ['awb', 'okay', 0],
  ['rms', 'okay', 3],
  ['slt', 'okay', -6],
  ['rms', 'yeah', 0],
  ['kal16', 'yeah', 0],
  ['slt', 'I see', 0],
  ['rms', 'got it', 0],
  ['slt', 'okay great', 0],
  ['awb', 'sure', 0],
  ['rms', 'all right', -3],
  ['slt', 'oh okay', 0],
];

const SIDE_SPEECH: readonly Spoken[] = [
  ['awb', 'have you seen my keys anywhere', -15],
  ['slt', 'dinner is ready when you are', -16],
  ['rms', 'the train leaves at nine', -18],
  ['kal16', 'turn the radio down please', -18],
  ['slt', 'no not that one the other one', -20],
  ['rms', 'stop', -16],
  ['awb', 'wait a minute', -20],
  ['kal16', 'what did they say about the order', -22],
  ['slt', 'come in and close the door', -25],
  ['rms', 'and now the weather for tomorrow', -25],
];

/** Noises at a level of their own, in dBFS. */
const NOISES: readonly (readonly [name: string, dbfs: number, sound: () => Float64Array])[] = [
  ['cough', -20, () => cough([260], 1)],
  ['short cough', -24, () => cough([150], 2)],
  ['double cough', -22, () => cough([220, 180], 3)],
  ['long cough', -18, () => cough([400], 4)],
  ['throat', -28, () => cough([120, 120, 160], 5)],
  ['voiced cough', -20, () => voicedCough(180, 140, 14)],
  ['high voiced cough', -18, () => voicedCough(140, 230, 15)],
  [
    'voiced double cough',
    -20,
    () => inTurn(voicedCough(150, 120, 16), silence(160), voicedCough(120, 110, 17)),
  ],
  [
    'clearing the throat',
    -24,
    () => inTurn(voicedCough(220, 95, 18), silence(60), voicedCough(260, 100, 19)),
  ],
  ['laugh', -22, () => laugh(3, 190, 20)],
  ['crying child', -30, () => cry(900, 21)],
  ['radio', -32, () => music(22)],
  ['breath', -34, () => breath(600, 6)],
  ['sigh', -28, () => breath(900, 7)],
  ['door', -16, () => doorSlam(8)],
  ['keyboard', -26, () => keyClicks([90, 140, 80, 200, 110, 90, 150], 9)],
  ['handset', -20, () => knocks(10)],
  ['key tone', -20, () => tones(180, [770, 1_336])],
  [
    'two key tones',
    -18,
    () => inTurn(tones(120, [697, 1_209]), silence(80), tones(120, [852, 1_477])),
  ],
  ['ring tone', -24, () => tones(1_500, [440, 480])],
  ['beep', -20, () => tones(300, [1_000])],
  ['white noise', -28, () => whiteNoise(500, 11)],
  ['pink noise', -26, () => pinkNoise(900, 12)],
  ['paper', -30, () => rustle(800, 13)],
];

const NEAR_WALL = { delayMs: 23, lossDb: 9 };

const ECHOES: readonly (readonly [echo: Echo, lineNoiseDbfs: number | null])[] = [
  [{ delayMs: 40, returnLossDb: 6, reflection: NEAR_WALL }, null],
  [{ delayMs: 120, returnLossDb: 6, reflection: { delayMs: 11, lossDb: 6 } }, -60],
  [{ delayMs: 300, returnLossDb: 6 }, null],
  [{ delayMs: 20, returnLossDb: 12, reflection: NEAR_WALL }, null],
  [{ delayMs: 90, returnLossDb: 12, reflection: NEAR_WALL }, -55],
  [{ delayMs: 180, returnLossDb: 12 }, null],
  [{ delayMs: 260, returnLossDb: 12, reflection: { delayMs: 37, lossDb: 12 } }, -60],
  [{ delayMs: 60, returnLossDb: 20, reflection: NEAR_WALL }, null],
  [{ delayMs: 200, returnLossDb: 20, reflection: NEAR_WALL }, -50],
  [{ delayMs: 30, returnLossDb: 30 }, null],
  [{ delayMs: 150, returnLossDb: 30, reflection: NEAR_WALL }, -60],
];

const BARGE_INS_OVER_ECHO: readonly (readonly [spoken: Spoken, echo: Echo])[] = [
  [['rms', 'stop', 0], { delayMs: 60, returnLossDb: 12, reflection: NEAR_WALL }],
  [['slt', "no that's wrong", 0], { delayMs: 120, returnLossDb: 12 }],
  [['awb', 'can I speak to a person', 0], { delayMs: 40, returnLossDb: 6, reflection: NEAR_WALL }],
  [['rms', 'hold on a second', -3], { delayMs: 250, returnLossDb: 20 }],
  [['kal16', 'wait', 0], { delayMs: 90, returnLossDb: 20, reflection: NEAR_WALL }],
  [['slt', 'stop', 0], { delayMs: 90, returnLossDb: 30, reflection: NEAR_WALL }],
];

/** Every clip of the selectivity set; voices speak as the set is made, noises are drawn. */
export async function selectivityClips(flite: FliteTextToSpeech): Promise<Clip[]> {
  const turns = new Map<string, Float64Array>();
  const turnOf = async (voice: string): Promise<Float64Array> => {
    const turn = turns.get(voice) ?? atLevel(await sayOnLine(flite, TURN, voice), CALLER_DBFS);
    turns.set(voice, turn);
    return turn;
  };
  const spoken = async (kind: ClipKind, [voice, text, db]: Spoken): Promise<Clip> => ({
    name: `${voice} "${text}" ${signed(db)} dB`,
    kind,
    turn: await turnOf(kind === 'side speech' ? 'rms' : voice),
    sound: atLevel(await sayOnLine(flite, text, voice), CALLER_DBFS + db),
    echo: null,
    lineNoiseDbfs: null,
  });
  const clips: Clip[] = [];
  for (const line of BARGE_INS) clips.push(await spoken('barge-in', line));
  for (const [voice, file] of RECORDED_BARGE_INS) {
    clips.push({
      name: `${voice}/${file}.wav`,
      kind: 'barge-in',
      turn: atLevel(await recorded(voice, 'check-on-an-order'), CALLER_DBFS),
      sound: atLevel(await recorded(voice, file), CALLER_DBFS),
      echo: null,
      lineNoiseDbfs: null,
    });
  }
  for (const [line, echo] of BARGE_INS_OVER_ECHO) {
    const clip = await spoken('barge-in over echo', line);
    clips.push({ ...clip, name: `${clip.name}, ${nameOf(echo)}`, echo });
  }
  for (const line of BACKCHANNELS) clips.push(await spoken('backchannel', line));
  for (const [name, dbfs, sound] of NOISES) {
    const turn = await turnOf('rms');
    const at = atLevel(sound(), dbfs);
    clips.push({ name, kind: 'noise', turn, sound: at, echo: null, lineNoiseDbfs: null });
  }
  for (const line of SIDE_SPEECH) clips.push(await spoken('side speech', line));
  for (const [echo, lineNoiseDbfs] of ECHOES) {
    const noise = lineNoiseDbfs === null ? '' : `, noise ${lineNoiseDbfs} dBFS`;
    clips.push({
      name: `${nameOf(echo)}${noise}`,
      kind: 'echo',
      turn: await turnOf('rms'),
      sound: new Float64Array(0),
      echo,
      lineNoiseDbfs,
    });
  }
  return clips;
}

async function recorded(voice: string, file: string): Promise<Float64Array> {
  const { pcm } = readWav(await readFile(new URL(`${voice}/${file}.wav`, RECORDED)));
  // The files begin with 100 ms of silence.
  return Float64Array.from(pcm.subarray(800));
}

function nameOf({ delayMs, returnLossDb, reflection }: Echo): string {
  const wall = reflection ? ', reflected' : '';
  return `echo ${returnLossDb} dB down after ${delayMs} ms${wall}`;
}

function signed(db: number): string {
  return db > 0 ? `+${db}` : `${db}`;
}
