import { violations } from '@antiphon/session/testing';
import { itemsOfClient, wireViolations } from '../wire-invariants.ts';
import type { WireEvent } from '../wire-shorthand.ts';
import { framesNoClientKnows, WireTrial } from '../wire-trial.ts';
import { check, checkError, checkNone } from './checks.ts';
import { ClientFrames } from './client-frames.ts';
import type { ClientStep } from './client-frames.ts';
import type { Frame } from './frame-of-text.ts';
import { isRecord } from './paths.ts';
import type { Script } from './script.ts';
import { recordOf, sessionShown, startingSession } from './session-view.ts';
import type { SessionView } from './session-view.ts';
import { judge } from './verdict.ts';
import type { Verdict } from './verdict.ts';
import { typesNoBetaClientKnows, WireView } from './wire-view.ts';
import { World } from './world.ts';

/** What was sent in a run. */
export interface Tally {
  events: number;
  invalid: number;
  sessions: number;
}

/** Rounds of a second within which a session that is left alone comes to an end of what it does. */
const ROUNDS = 40;

/** One client of a script and its session, everything that is told checked as it comes. */
export class TrialRun {
  readonly #script: Script;
  readonly #tally: Tally;
  readonly #trial: WireTrial;
  readonly #view: WireView;
  readonly #frames: ClientFrames;
  readonly #world: World;
  #dialect: 'ga' | 'beta';
  #session: SessionView;
  #bufferedMs = 0;
  #expectedErrors = 0;

  constructor(script: Script, tally: Tally) {
    const { dialect, greets, sessionType } = script;
    this.#script = script;
    this.#tally = tally;
    this.#trial = new WireTrial({ dialect, greets, sessionType });
    this.#view = new WireView(this.#trial);
    this.#frames = new ClientFrames(this.#view);
    this.#world = new World(this.#trial);
    this.#dialect = dialect;
    this.#session = startingSession(sessionType);
  }

  /** Runs the script to its end; throws what is wrong, with the step at which it is. */
  async run(): Promise<void> {
    // What a run that failed left behind is none of this one's.
    framesNoClientKnows();
    this.#tally.sessions += 1;
    this.#take();
    for (const [index, step] of this.#script.steps.entries()) {
      if (this.#hasEnded) break;
      try {
        if (step.do === 'world') this.#world.move(step);
        else this.#send(step);
      } catch (error) {
        throw new Error(`step ${index}, ${JSON.stringify(step).slice(0, 400)}`, { cause: error });
      }
      await settled();
      this.#take();
    }
    if (!this.#hasEnded) await this.#typeATurn();
    await this.#leave();
  }

  get #hasEnded(): boolean {
    return this.#trial.socket.closedWith !== null;
  }

  /** What was told since the last call; commits and clearings leave no audio waiting. */
  #take(): WireEvent[] {
    const events = this.#view.take();
    const isEmptied = ({ type }: WireEvent) =>
      type === 'input_audio_buffer.committed' || type === 'input_audio_buffer.cleared';
    if (events.some(isEmptied)) this.#bufferedMs = 0;
    return events;
  }

  #send(step: ClientStep): void {
    const { control, connection } = this.#trial;
    this.#take();
    const frame = this.#frames.of(step, this.#dialect);
    this.#tally.events += 1;
    const verdict = frame.event && this.#judge(frame);
    this.#noteAudio(frame, verdict);
    this.#noteShape(frame);
    const before = { config: control.config, items: control.items().length };
    const type = frame.text === null ? null : connection.receive(frame.text);
    if (frame.text === null) connection.receiveBinary();
    const answers = this.#take();
    const errors = answers.filter((event) => event.type === 'error');
    const faults = verdict?.faults ?? frame.faults;
    if (frame.isGarbled) this.#checkGarbled(frame, errors);
    else if (faults.length > 0) {
      this.#tally.invalid += 1;
      const [answer, ...rest] = answers;
      check(rest.length === 0, 'more than one answer to what is wrong', answers);
      // What cannot be read is told of where the client wrote it.
      const dialect = verdict ? this.#dialect : 'ga';
      checkError(answer, faults, { eventId: frame.eventId, dialect });
      const isUnchanged =
        control.config === before.config && control.items().length === before.items;
      check(isUnchanged, 'something was done although it is wrong', answers);
      check((type === null) === (frame.event === null), 'taken for another event', type);
    } else if (verdict) {
      check(type === frame.event?.type, 'taken for another event', type);
      if (errors.length > 0) {
        check(answers.length === 1, 'more than one answer to what is wrong', answers);
        checkError(answers[0], verdict.doubts, {
          eventId: frame.eventId,
          dialect: this.#dialect,
        });
      } else this.#carriedOut(frame, verdict, answers);
    }
    this.#expectedErrors += errors.length;
  }

  #judge({ event }: Frame): Verdict {
    return judge(event!, {
      trial: this.#trial,
      view: this.#view,
      session: this.#session,
      greets: this.#script.greets,
      bufferedMs: this.#bufferedMs,
    });
  }

  /** Audio counts before it is heard: a turn that it ends takes it along. */
  #noteAudio({ event }: Frame, verdict: Verdict | null): void {
    if (event?.type !== 'input_audio_buffer.append' || verdict?.faults.length) return;
    const bytes = Buffer.byteLength(String(event.members['audio']), 'base64');
    this.#bufferedMs += bytes / (this.#session.inputFormat === 'pcm16' ? 48 : 8);
  }

  /** Until it is configured, a connection turns to beta at an update of that shape. */
  #noteShape({ event }: Frame): void {
    if (!event || this.#view.isConfigured) return;
    const session = recordOf(event.members['session']);
    const isBeta =
      event.type === 'transcription_session.update' ||
      (event.type === 'session.update' && !Object.hasOwn(session, 'type'));
    if (isBeta) this.#dialect = 'beta';
  }

  #carriedOut({ event }: Frame, verdict: Verdict, answers: readonly WireEvent[]): void {
    const { reply, id, session } = verdict;
    if (session) this.#session = session;
    if (reply !== null) {
      const replies = answers.filter(({ type }) => type === reply);
      const about = replies.filter(
        (one) => id === null || (one.item_id ?? one.item?.id ?? one.response?.id) === id,
      );
      check(about.length === 1, `not answered with one ${reply}`, answers);
    }
    const asked = recordOf(event?.members['response']);
    const created = answers.find(({ type }) => type === 'response.created');
    if (event?.type === 'response.create' && isRecord(asked['metadata']) && created) {
      const isSame =
        JSON.stringify(created.response?.metadata) === JSON.stringify(asked['metadata']);
      check(isSame, 'the metadata is not repeated', created);
    }
  }

  /** Nobody knows what is right, but not more than one error, and that about this event. */
  #checkGarbled(frame: Frame, errors: readonly WireEvent[]): void {
    check(errors.length <= 1, 'more than one error', errors);
    const [error] = errors;
    if (error) check(error.error?.event_id === frame.eventId, 'about another event', errors);
    // What it changed is not known, so what follows is judged by what the session shows.
    if (frame.text?.includes('append')) this.#bufferedMs = Infinity;
    const session = this.#view.events.findLast(({ type }) => type === 'session.updated')?.session;
    if (session) this.#session = sessionShown(session, this.#session);
  }

  /** A plain typed turn is answered, whatever was sent before. */
  async #typeATurn(): Promise<void> {
    const isListening = this.#session.type === 'transcription';
    const typedFrom = this.#view.events.length;
    this.#trial.type('Are you there?', { id: `typed_${typedFrom}` });
    this.#take();
    check(this.#view.items.includes(`typed_${typedFrom}`), 'a typed item was not taken', null);
    for (let round = 0; round < ROUNDS && !this.#hasEnded; round++) {
      const from = this.#view.events.length;
      this.#trial.send({ type: 'response.create', event_id: 'last' });
      const refusal = this.#take().find(({ type }) => type === 'error')?.error;
      if (refusal) this.#expectedErrors += 1;
      if (isListening) {
        check(refusal?.param === 'type', 'a session that listens took response.create', refusal);
        return;
      }
      if (refusal) {
        const isBusy = refusal.code === 'conversation_already_has_active_response';
        check(isBusy, 'a plain response.create is refused', refusal);
        await this.#pass();
      } else if (await this.#answered(from)) return;
    }
    check(this.#hasEnded, 'a typed turn was never answered', this.#view.turnState);
  }

  async #answered(from: number): Promise<boolean> {
    for (let round = 0; round < ROUNDS && !this.#hasEnded; round++) {
      await this.#pass();
      const told = this.#view.events.slice(from);
      const created = told
        .filter(({ type }) => type === 'response.created')
        .map(({ response }) => response?.id);
      const isAnswer = ({ type, response }: WireEvent) =>
        type === 'response.done' &&
        response?.status === 'completed' &&
        created.includes(response.id);
      if (told.some(isAnswer)) return true;
    }
    return this.#hasEnded;
  }

  /** A second in which everybody but the client ends what was begun. */
  async #pass(): Promise<void> {
    for (const callId of this.#view.ownCalls) {
      if (this.#view.answeredCalls.has(callId)) continue;
      this.#trial.answerCall(callId, '7');
      // The client may have deleted the call.
      this.#expectedErrors += this.#take().filter(({ type }) => type === 'error').length;
      this.#view.answeredCalls.add(callId);
    }
    this.#world.comeToRest();
    this.#trial.clock.advance(1_000);
    await settled();
    this.#take();
  }

  async #leave(): Promise<void> {
    const { connection, clock, channel, sent, control, socket } = this.#trial;
    this.#checkEnd();
    check(this.#view.errorCount === this.#expectedErrors, 'an error nobody asked for', null);
    const items = control.items().map(({ id }) => id);
    const framesAtEnd = socket.frames.length;
    connection.socketClosed();
    await connection.session.ended;
    check(clock.pending === 0, 'timers are left', clock.pending);
    check(connection.receive('{"type":"response.create"}') === null, 'heard after the end', null);
    check(socket.frames.length === framesAtEnd, 'something was told after the end', null);
    checkNone('session', violations({ events: channel.events, sent }));
    const { events } = this.#view;
    checkNone('wire', wireViolations(events));
    const told = itemsOfClient(events);
    const known = new Set(told);
    check(
      JSON.stringify(told) === JSON.stringify(items.filter((id) => known.has(id))),
      'the client has the items in another order',
      { told, items },
    );
    checkNone('client', framesNoClientKnows());
    if (this.#script.dialect === 'beta') {
      checkNone('beta client', typesNoBetaClientKnows(socket.frames));
    }
  }

  #checkEnd(): void {
    const { channel } = this.#trial;
    const end = channel.events.find(({ type }) => type === 'session.ended');
    const isRight =
      !this.#hasEnded || (end?.type === 'session.ended' && end.reason === 'handedOff');
    check(isRight && this.#hasEnded === (end !== undefined), 'the session ended', end);
    check(!this.#hasEnded || this.#world.hasHandedOff, 'the session ended', end);
    const broken = channel.events.filter(
      (event) =>
        event.type === 'invariant.violated' ||
        (event.type === 'engine.failed' && event.code === 'internal'),
    );
    check(broken.length === 0, 'the session failed', broken);
  }
}

/** Lets what follows from a step at once happen: promises of tools, and requests that waited. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 4; turns++) await Promise.resolve();
}
