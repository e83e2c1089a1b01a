import { mkdtemp, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyWithPipeline, ORIGINAL, writeAgent } from './testing/engines/agent-copies.ts';
import { callByCommandLine } from './testing/engines/command-line-caller.ts';
import type { CallTold } from './testing/engines/command-line-caller.ts';
import { EMBEDDED, startChainedModel } from './testing/engines/local-models.ts';
import { startStockServer } from './testing/stock-server.ts';
import type { StockServer } from './testing/stock-server.ts';

let folder = '';
let server: StockServer;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-engines-'));
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
  const chain = await startChainedModel(path.join(folder, 'upstream'), ORIGINAL);
  const one = path.join(folder, 'one');
  writeAgent(one, chain.section);
  for (const p of ['embedded', 'openai-realtime'])
    copyWithPipeline(one, path.join(folder, 'agents', `acme-${p}`), p);
  server = await startStockServer({
    settings: {
      ANTIPHON_AGENTS_DIR: path.join(folder, 'agents'),
      ANTIPHON_DATA_DIR: path.join(folder, 'data'),
      ...chain.settings,
    },
  });
});

it('try', async () => {
  const calls = await Promise.all(
    ['embedded', 'openai-realtime'].map((p) =>
      callByCommandLine({ server, agent: `acme-${p}`, scenario: 'acme-support/whole-call', wav: `/tmp/conv-${p}.wav` }),
    ),
  );
  for (const call of calls) {
    console.log(call.log);
    console.log(await readFile(path.join(folder, 'data/recordings', call.sessionId, 'events.jsonl'), 'utf8').then((t) => t.split('\n').filter((l) => /item.(done|added|truncated)|tool\.|consent/.test(l)).join('\n')));
  }
}, 180_000);
