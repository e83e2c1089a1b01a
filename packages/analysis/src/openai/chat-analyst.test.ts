import { describe, expect, it } from 'vitest';
import { DEFAULT_RUBRIC } from '../rubric/default-rubric.ts';
import { describeCallAnalyst, soundOf } from '../testing/call-analyst-suite.ts';
import { ChatAnalyst } from './chat-analyst.ts';
import { CHAT_ANALYST_KEY, LocalChatServer } from './testing/local-chat-server.ts';

for (const hasSchemas of [true, false]) {
  describeCallAnalyst(`chat ${hasSchemas ? 'with' : 'without'} schemas`, async () => {
    const server = await LocalChatServer.start();
    server.hasSchemas = hasSchemas;
    return {
      server,
      key: CHAT_ANALYST_KEY,
      model: 'local-audio',
      open: (options) => new ChatAnalyst(options),
    };
  });
}

describe('a chat analyst', () => {
  it('asks for JSON by a schema once, where the model has no such thing', async () => {
    const server = await LocalChatServer.start();
    const analyst = new ChatAnalyst({ apiKey: CHAT_ANALYST_KEY, url: server.url });
    const call = {
      sound: soundOf(new Uint8Array(44)),
      callMs: 0,
      transcript: '',
      rubric: DEFAULT_RUBRIC,
    };
    for (let asked = 0; asked < 3; asked++) {
      await analyst.analyze(call, new AbortController());
    }
    expect(server.schemasRefused).toBe(1);
    expect(server.questions.map(({ dimensions }) => dimensions)).toEqual([null, null, null]);
    await server.close();
  });
});
