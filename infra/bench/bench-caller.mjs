import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readWav } from '@antiphon/audio';
import { systemClock } from '@antiphon/session';

const RATE = 8000;
const FRAME_MS = 20;
const FRAME_SAMPLES = (RATE * FRAME_MS) / 1000;

/** Longer than what makes a pause, shorter than what ends a turn. */
const HESITATION_MS = 300;

/** What every order is. */
const ORDER = { order_id: '4471', status: 'shipped', expected_delivery: 'April 25' };

/** @typedef {import('@antiphon/session').ConversationItem} ConversationItem */
/** @typedef {import('@antiphon/session').EngineEvent} EngineEvent */
/** @typedef {import('@antiphon/session').TurnDetection} TurnDetection */

/**
 * @typedef {object} BenchCallerOptions
 * @property {string} sessionId
 * @property {import('@antiphon/session').SessionConfig} config
 * @property {TurnDetection} detection
 * @property {import('@antiphon/session').VoiceEngine} engine
 * @property {import('@antiphon/session').TurnDetectors} detectors
 */

/**
 * The samples of a clip at 8 kHz, hesitating once in its middle, where it is quietest.
 * @param {URL} url
 */
export function hesitatingClip(url) {
  const { pcm } = readWav(readFileSync(url));
  const first = Math.floor(pcm.length / FRAME_SAMPLES / 3);
  let quietest = first;
  for (let frame = first; frame < 2 * first; frame += 1) {
    if (energyOf(pcm, frame) < energyOf(pcm, quietest)) quietest = frame;
  }
  const cut = quietest * FRAME_SAMPLES;
  const clip = new Int16Array(pcm.length + (RATE * HESITATION_MS) / 1000);
  clip.set(pcm.subarray(0, cut));
  clip.set(pcm.subarray(cut), cut + (RATE * HESITATION_MS) / 1000);
  return clip;
}

/**
 * @param {Int16Array} pcm
 * @param {number} frame
 */
function energyOf(pcm, frame) {
  const from = frame * FRAME_SAMPLES;
  let energy = 0;
  for (const sample of pcm.subarray(from, from + FRAME_SAMPLES)) energy += sample * sample;
  return energy;
}

/**
 * A caller and the session around it, reduced to what an engine sees: turns in real time, an answer
 * made ready at every pause, tools that return at once, and a history.
 */
export class BenchCaller {
  /**
   * From the end of each turn to the first audio of its answer, in milliseconds.
   * @type {number[]}
   */
  answeredAfterMs = [];
  /** Pauses after which the voice went on. */
  resumedPauses = 0;
  #config;
  #session;
  #detector;
  /** @type {ConversationItem[]} */
  #items = [];
  #count = 0;
  #itemId = '';
  #isTurnOver = false;
  #committedAtMs = 0;
  #text = '';
  /** @type {Extract<EngineEvent, { type: 'generation.toolCall' }>[]} */
  #calls = [];
  #answered = () => {};

  /** @param {BenchCallerOptions} options */
  constructor({ sessionId, config, detection, engine, detectors }) {
    this.#config = config;
    this.#session = engine.open({
      sessionId,
      history: () => this.#items,
      onEvent: (event) => this.#hear(event),
    });
    this.#detector = detectors.open(detection, (fact) => this.#follow(fact.type));
    this.#say('agent', config.greeting ?? 'Hello.');
  }

  /**
   * Says a clip and resolves when its answer has been made.
   * @param {Int16Array} clip
   */
  async turn(clip) {
    this.#itemId = `item_${this.#count++}`;
    this.#isTurnOver = false;
    const answered = new Promise((resolve) => {
      this.#answered = () => resolve(undefined);
    });
    this.#session.beginTurn(this.#itemId);
    const startedAtMs = systemClock.now();
    for (let frame = 0; !this.#isTurnOver; frame += 1) {
      const pcm = new Int16Array(FRAME_SAMPLES);
      pcm.set(clip.subarray(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES));
      /** @type {import('@antiphon/session').AudioFrame} */
      const heard = { pcm, sampleRate: RATE, atMs: systemClock.now() };
      this.#session.hear(heard);
      this.#detector.accept(heard);
      await sleep(Math.max(0, startedAtMs + (frame + 1) * FRAME_MS - systemClock.now()));
    }
    await answered;
    this.#detector.reset();
  }

  close() {
    this.#detector.close();
    this.#session.close();
  }

  /** @param {import('@antiphon/session').TurnFact['type']} fact */
  #follow(fact) {
    if (this.#isTurnOver) return;
    if (fact === 'speechPaused') this.#session.prepareAnswer(this.#itemId, this.#config);
    if (fact === 'speechResumed') {
      this.resumedPauses += 1;
      this.#session.discardAnswer();
    }
    if (fact !== 'speechStopped') return;
    this.#isTurnOver = true;
    this.#committedAtMs = systemClock.now();
    this.#say('caller', null, this.#itemId);
    this.#session.commitTurn(this.#itemId);
    this.#generate();
  }

  #generate() {
    this.#text = '';
    this.#calls = [];
    const generationId = `generation_${this.#count++}`;
    this.#session.generate({ kind: 'answer', generationId, config: this.#config, options: {} });
  }

  /** @param {EngineEvent} event */
  #hear(event) {
    if (event.type === 'transcript' && event.isFinal) {
      const { itemId, text } = event;
      this.#items = this.#items.map((item) => (item.id === itemId ? { ...item, text } : item));
    }
    if (event.type === 'generation.text') this.#text += event.delta;
    if (event.type === 'generation.toolCall') this.#calls.push(event);
    if (event.type === 'generation.audio' && this.#committedAtMs > 0) {
      this.answeredAfterMs.push(systemClock.now() - this.#committedAtMs);
      this.#committedAtMs = 0;
    }
    if (event.type === 'generation.ended') this.#goOn();
  }

  #goOn() {
    if (this.#text !== '') this.#say('agent', this.#text);
    for (const { callId, name, arguments: values } of this.#calls) {
      const item = { status: /** @type {const} */ ('completed'), callId };
      const id = this.#count++;
      this.#items.push({ ...item, kind: 'toolCall', id: `call_${id}`, name, arguments: values });
      const output = JSON.stringify(ORDER);
      this.#items.push({ ...item, kind: 'toolOutput', id: `output_${id}`, output });
    }
    if (this.#calls.some(({ name }) => name === 'lookup_order')) this.#generate();
    else this.#answered();
  }

  /**
   * @param {'agent' | 'caller'} speaker
   * @param {string | null} text
   */
  #say(speaker, text, id = `item_${this.#count++}`) {
    const rest = { medium: /** @type {const} */ ('audio'), audioMs: 0 };
    this.#items.push({ kind: 'message', id, speaker, text, status: 'completed', ...rest });
  }
}
