import { TEST_CONFIG } from '@antiphon/session/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderCall } from './testing/provider-call.ts';
import type { ProviderCallOptions } from './testing/provider-call.ts';
import type { UpstreamScript } from './testing/upstream-script.ts';

const open: ProviderCall[] = [];

afterEach(async () => {
  for (const call of open.splice(0)) {
    await call.close();
    expect(call.clock.pending).toBe(0);
    // Whatever else a test shows, the upstream was asked for nothing that it had to refuse.
    const codes = call.upstream.connections.flatMap(({ errors }) => errors);
    expect(codes.filter((code) => code !== 'response_cancel_not_active')).toEqual([]);
  }
});

async function start(script: UpstreamScript = {}, options: ProviderCallOptions = {}) {
  const call = await ProviderCall.start(script, options);
  open.push(call);
  return call;
}

const OURS = { create_response: false, interrupt_response: false };

describe('turns that the upstream finds', () => {
  it.each([8000, 24_000] as const)(
    'become turns of ours, and are answered when the session says so (%i Hz)',
    async (rate) => {
      const call = await start({}, { rate });
      await call.turn();
      await call.until(() => call.items.length > 1 && call.leg.sentMs() > 400);
      expect(call.items[0]).toBe('caller: where is my order');
      // From the start of its audio to the end of the upstream's silence.
      expect(call.said[0]).toMatch(/^user: \d+ ms$/u);
      const { types } = call.connection;
      expect(types).not.toContain('input_audio_buffer.commit');
      expect(types.filter((type) => type === 'response.create')).toHaveLength(1);
      const [started] = call.channel.of('caller.speechStarted');
      const [stopped] = call.channel.of('caller.speechStopped');
      const spokenMs = stopped!.audioEndMs - started!.audioStartMs;
      // Padding, sound and silence, found in windows of 10 ms.
      expect(Math.abs(spokenMs - (300 + 600 + 500))).toBeLessThanOrEqual(60);
    },
  );

  it('are asked for as the session would find them, without answers and interruptions', async () => {
    const call = await start();
    await call.silence(100);
    expect(call.detections).toEqual([
      null,
      {
        type: 'server_vad',
        threshold: 0.5,
        prefix_padding_ms: 300,
        silence_duration_ms: 500,
        ...OURS,
      },
    ]);
  });

  it.each([
    [
      { type: 'server_vad', threshold: 0.7, silenceDurationMs: 300 } as const,
      { type: 'server_vad', threshold: 0.7, prefix_padding_ms: 300, silence_duration_ms: 300 },
    ],
    [{ type: 'semantic_vad', eagerness: 'low' } as const, { eagerness: 'low' }],
    [{ type: 'semantic_vad' } as const, { type: 'semantic_vad', eagerness: 'auto' }],
  ])('are asked for as the agent says: %j', async (providerVad, wire) => {
    const call = await start({}, { settings: { providerVad } });
    expect(call.detections.at(-1)).toMatchObject({ ...wire, ...OURS });
    await call.turn();
    expect(call.items[0]).toBe('caller: where is my order');
  });

  it('follow the session where the agent says nothing', async () => {
    const turnDetection = TEST_CONFIG.turnDetection!;
    const semantic = { ...turnDetection, mode: 'semantic', silenceDurationMs: 2_000 } as const;
    const call = await start({}, { config: { turnDetection: semantic } });
    expect(call.detections.at(-1)).toEqual({ type: 'semantic_vad', eagerness: 'high', ...OURS });
    const providerVad = { type: 'server_vad' } as const;
    const mixed = await start(
      {},
      { config: { turnDetection: semantic }, settings: { providerVad } },
    );
    expect(mixed.detections.at(-1)).toMatchObject({ silence_duration_ms: 500 });
    call.control.configure({ turnDetection: { ...turnDetection, silenceDurationMs: 700 } });
    await call.silence(100);
    expect(call.detections.at(-1)).toMatchObject({ type: 'server_vad', silence_duration_ms: 700 });
  });

  it('are found by nobody else', async () => {
    const call = await start({ sends: ({ type }) => !type.includes('speech_started') });
    await call.speak(600);
    await call.silence(800);
    expect(call.channel.of('caller.speechStarted')).toEqual([]);
    expect(call.odd).toEqual(['the end of speech that never began', 'an item that nobody spoke']);
    expect(call.said).toEqual([]);
  });

  it('stop an answer where the session says so, which is cut upstream where it was heard', async () => {
    const message = { text: 'It has shipped. Order 4471 comes on Friday. '.repeat(5) };
    const call = await start({
      answer: () => ({ messages: [message] }),
      transcribe: () => 'no wait I meant the other one',
    });
    await call.turn();
    const agents = () => call.items.filter((item) => item.startsWith('agent'));
    await call.until(() => agents().length > 0 && call.leg.sentMs() > 800);
    await call.turn(1_200);
    await call.until(() => call.said.length > 3);
    const [item] = call.control
      .items()
      .filter((one) => one.kind === 'message' && one.speaker === 'agent');
    expect(item).toMatchObject({ status: 'incomplete' });
    const cutMs = item?.kind === 'message' ? Math.floor(item.audioMs) : NaN;
    expect(call.said[1]).toBe(`assistant: ${cutMs} ms`);
    expect(call.said.filter((entry) => entry.startsWith('user'))).toHaveLength(2);
  });

  it('leave an answer alone where only somebody listens, and are deleted upstream', async () => {
    const message = { text: 'It has shipped. Order 4471 comes on Friday. '.repeat(5) };
    const said = ['where is my order', 'uh huh'];
    const call = await start({
      answer: () => ({ messages: [message] }),
      transcribe: () => said.shift() ?? 'yes',
    });
    await call.turn();
    await call.until(() => call.leg.sentMs() > 800);
    await call.speak(300);
    await call.until(() => call.connection.types.includes('conversation.item.delete'));
    expect(call.items).toHaveLength(2);
    expect(call.said.map((entry) => entry.split(':')[0])).toEqual(['user', 'assistant']);
    expect(call.connection.types.filter((type) => type === 'response.create')).toHaveLength(1);
  });
});
