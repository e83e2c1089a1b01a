import { describeCallAnalyst } from '../testing/call-analyst-suite.ts';
import { GeminiAnalyst } from './gemini-analyst.ts';
import { GEMINI_ANALYST_KEY, LocalGeminiServer } from './testing/local-gemini-server.ts';

describeCallAnalyst('gemini', async () => ({
  server: await LocalGeminiServer.start(),
  key: GEMINI_ANALYST_KEY,
  model: 'gemini-local',
  open: (options) => new GeminiAnalyst(options),
}));
