import { describe, expect, it } from 'vitest';
import { ConsoleError } from '../../api/console-error.ts';
import { FakeSurroundings } from '../testing/fake-surroundings.ts';
import { TalkCall } from './talk-call.ts';
import type { CallPlan } from './talk-call.ts';
import { DEFAULT_SETTINGS } from './talk-settings.ts';

const PLAN: CallPlan = { agent: 'waiter', settings: DEFAULT_SETTINGS, usesMicrophone: true };
const PUSH_TO_TALK: CallPlan = { ...PLAN, settings: { ...DEFAULT_SETTINGS, pushToTalk: true } };

async function liveCall(plan: CallPlan = PLAN) {
  const around = new FakeSurroundings();
  const call = new TalkCall(plan, around.surroundings);
  await call.start();
  around.tellCreated();
  return { around, call };
}

describe('a call', () => {
  it('is live once the server has it, and sends what the microphone hears', async () => {
    const around = new FakeSurroundings();
    const call = new TalkCall(PLAN, around.surroundings);
    const starting = call.start();
    expect(call.state()).toMatchObject({ phase: 'connecting', sessionId: null });
    await starting;
    around.tellCreated();
    expect(call.state()).toMatchObject({
      phase: 'live',
      sessionId: 'sess_1',
      sinceMs: 5_000,
      hasMicrophone: true,
    });
    around.speak(1);
    expect(around.connectedTo).toBe('waiter');
    expect(around.sent).toStrictEqual([{ type: 'input_audio_buffer.append', audio: 'AQA=' }]);
  });

  it('opens the devices as chosen', async () => {
    const settings = { ...DEFAULT_SETTINGS, deviceId: 'headset', loudspeakerId: 'desk' };
    const { around } = await liveCall({ ...PLAN, settings });
    expect(around.openedMicrophone).toStrictEqual({
      deviceId: 'headset',
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
    });
    expect(around.openedLoudspeaker).toBe('desk');
  });

  it('plays the agent, and knows how much of each item was heard', async () => {
    const { around, call } = await liveCall();
    around.tellAudio('item_1');
    expect(around.played).toStrictEqual([{ itemId: 'item_1', pcm: [1, 2] }]);
    around.loudspeaker?.heard({ itemId: 'item_1', heardMs: 40 });
    expect(call.heardMs('item_1')).toBe(40);
    expect(call.heardMs('item_2')).toBe(0);
  });

  it('falls silent when the caller cuts in, and tells the server how much was heard', async () => {
    const { around, call } = await liveCall();
    around.tellAudio('item_1');
    around.stopsAt = { itemId: 'item_1', heardMs: 123.4 };
    around.tell({ type: 'input_audio_buffer.speech_started' });
    await around.settled();
    expect(around.flushes).toBe(1);
    expect(around.sent).toStrictEqual([
      {
        type: 'conversation.item.truncate',
        item_id: 'item_1',
        content_index: 0,
        audio_end_ms: 123,
      },
    ]);
    expect(call.heardMs('item_1')).toBe(123.4);
  });

  it('truncates nothing when nothing was being played', async () => {
    const { around } = await liveCall();
    around.tell({ type: 'input_audio_buffer.speech_started' });
    await around.settled();
    expect(around.sent).toStrictEqual([]);
  });

  it('goes on playing for an agent that is not to be interrupted', async () => {
    const around = new FakeSurroundings();
    const call = new TalkCall(PLAN, around.surroundings);
    await call.start();
    around.tellCreated({ interrupt_response: false });
    around.tell({ type: 'input_audio_buffer.speech_started' });
    await around.settled();
    expect(around.flushes).toBe(0);
  });

  it('does not play what was still on its way of an answer that the caller typed over', async () => {
    const { around, call } = await liveCall();
    around.tell({ type: 'response.created', response: { id: 'resp_1' } });
    around.tellAudio('item_1', 'resp_1');
    around.stopsAt = { itemId: 'item_1', heardMs: 50 };
    await call.type('where is my package');
    around.tellAudio('item_1', 'resp_1');
    around.tell({ type: 'response.done', response: { id: 'resp_1' } });
    around.tell({ type: 'response.created', response: { id: 'resp_2' } });
    around.tellAudio('item_2', 'resp_2');
    expect(around.played.map(({ itemId }) => itemId)).toStrictEqual(['item_1', 'item_2']);
    expect(around.sent.map(({ type }) => type)).toStrictEqual([
      'response.cancel',
      'conversation.item.truncate',
      'conversation.item.create',
      'response.create',
    ]);
  });

  it('presses keys of the keypad', async () => {
    const { around, call } = await liveCall();
    call.press('#');
    expect(around.sent).toStrictEqual([{ type: 'antiphon.dtmf', digit: '#' }]);
  });

  it('goes on as silence while it is muted', async () => {
    const { around, call } = await liveCall();
    const levels: number[] = [];
    call.onLevel = (level) => levels.push(level);
    call.setMuted(true);
    around.speak(1);
    expect(around.isMuted).toBe(true);
    expect(around.sent).toHaveLength(1);
    call.setMuted(false);
    around.speak(1);
    expect(levels).toStrictEqual([0, 0.5]);
  });

  it('closes all it opened when it is hung up', async () => {
    const { around, call } = await liveCall();
    call.hangUp();
    expect(call.state()).toMatchObject({ phase: 'ended', sessionId: 'sess_1', problem: null });
    expect(around.openThings).toStrictEqual([]);
  });

  it('closes all it opened when the server ends it, and says why', async () => {
    const { around, call } = await liveCall();
    around.tell({ type: 'error', error: { message: 'Your session expired.', event_id: null } });
    around.socket?.closed(1001, '');
    expect(call.state().phase).toBe('ended');
    expect(call.state().problem?.text).toBe('Your session expired.');
    expect(around.openThings).toStrictEqual(['socket']);
  });

  it('passes over that an answer to be stopped was over already', async () => {
    const { around, call } = await liveCall();
    const error = { message: 'No active response.', event_id: 'quiet_cancel' };
    around.tell({ type: 'error', error });
    around.socket?.closed(1011, 'server_error');
    expect(call.state().problem?.text).toBe('The server closed the call (1011 server_error).');
  });

  it('ends before it begins when there is no microphone, and closes the loudspeaker', async () => {
    const around = new FakeSurroundings();
    around.microphoneError = Object.assign(new Error(''), { name: 'NotAllowedError' });
    const call = new TalkCall(PLAN, around.surroundings);
    await call.start();
    expect(call.state().phase).toBe('ended');
    expect(call.state().problem).toMatchObject({ canType: true });
    expect(around.connectedTo).toBeNull();
    expect(around.openThings).toStrictEqual([]);
  });

  it('can be held by typing without a microphone', async () => {
    const { around, call } = await liveCall({ ...PLAN, usesMicrophone: false });
    expect(around.openedMicrophone).toBeNull();
    expect(call.state()).toMatchObject({ phase: 'live', hasMicrophone: false });
  });

  it('says the server’s reason when it lets nobody call', async () => {
    const around = new FakeSurroundings();
    around.connectError = new ConsoleError('unreachable', 'The server does not answer.');
    const call = new TalkCall(PLAN, around.surroundings);
    await call.start();
    expect(call.state().problem?.text).toBe('The server does not answer.');
    expect(around.openThings).toStrictEqual([]);
  });

  it('closes what is opened after it was hung up', async () => {
    const around = new FakeSurroundings();
    const call = new TalkCall(PLAN, around.surroundings);
    const starting = call.start();
    call.hangUp();
    await starting;
    expect(call.state()).toMatchObject({ phase: 'ended', hasMicrophone: false });
    expect(around.connectedTo).toBeNull();
    expect(around.openThings).toStrictEqual([]);
  });

  it('goes on without a microphone that was unplugged', async () => {
    const { around, call } = await liveCall();
    around.microphone?.lost();
    expect(call.state()).toMatchObject({ phase: 'live', hasMicrophone: false });
    expect(call.state().problem?.canType).toBe(true);
    expect(around.openThings).toStrictEqual(['loudspeaker', 'socket']);
  });

  it('tells when audio of the agent had to be left out', async () => {
    const { around, call } = await liveCall();
    around.loudspeaker?.dropped(2_500);
    expect(call.state().problem?.text).toContain('2.5 s of the agent were left out');
  });
});

describe('a call with push to talk', () => {
  const typesOf = (around: FakeSurroundings) => around.sent.map(({ type }) => type);

  it('turns the detection of turns off, and sends nothing until the key is held', async () => {
    const { around } = await liveCall(PUSH_TO_TALK);
    expect(around.sent).toStrictEqual([
      {
        type: 'session.update',
        session: { type: 'realtime', audio: { input: { turn_detection: null } } },
      },
    ]);
    around.speak(50);
    expect(around.sent).toHaveLength(1);
  });

  it('sends what is said while the key is held, and asks for an answer', async () => {
    const { around, call } = await liveCall(PUSH_TO_TALK);
    call.hold();
    expect(call.state().isHolding).toBe(true);
    around.speak(20);
    call.letGo();
    around.speak(20);
    expect(call.state()).toMatchObject({ isHolding: false, wasHeldTooShort: false });
    expect(typesOf(around)).toStrictEqual([
      'session.update',
      ...Array.from({ length: 28 }, () => 'input_audio_buffer.append'),
      'input_audio_buffer.commit',
      'response.create',
    ]);
  });

  it('interrupts the agent as soon as the key is held', async () => {
    const { around, call } = await liveCall(PUSH_TO_TALK);
    around.tell({ type: 'response.created', response: { id: 'resp_1' } });
    around.tellAudio('item_1', 'resp_1');
    around.stopsAt = { itemId: 'item_1', heardMs: 70 };
    call.hold();
    await around.settled();
    expect(typesOf(around)).toStrictEqual([
      'session.update',
      'response.cancel',
      'conversation.item.truncate',
    ]);
  });

  it('says that the key was held too briefly', async () => {
    const { around, call } = await liveCall(PUSH_TO_TALK);
    call.hold();
    around.speak(3);
    call.letGo();
    expect(call.state().wasHeldTooShort).toBe(true);
    expect(typesOf(around).at(-1)).toBe('input_audio_buffer.clear');
  });

  it('does not listen while it is muted', async () => {
    const { around, call } = await liveCall(PUSH_TO_TALK);
    call.setMuted(true);
    call.hold();
    around.speak(20);
    expect(call.state().isHolding).toBe(false);
    expect(around.sent).toHaveLength(1);
  });
});
