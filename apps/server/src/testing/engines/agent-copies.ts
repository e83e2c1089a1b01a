import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The agents that come with the server. */
export const AGENTS = fileURLToPath(new URL('../../../agents', import.meta.url));

/** The agent that comes with the server, and whose script every local model follows. */
export const ORIGINAL = 'acme-support';

/** Longer than the model's own words cover: the session adds some. */
const LOOKUP_MS = 3_000;

/** Longer than it takes to agree on an e-mail, which is offered after {@link DEADLINE_MS}. */
const CARRIER_MS = 19_000;
const DEADLINE_MS = 4_000;

const LOOKUP = `import { setTimeout as sleep } from 'node:timers/promises';
import { ORDERS } from './orders/orders.ts';

export default async function lookupOrder({ order_id }: { readonly order_id: string }) {
  await sleep(${LOOKUP_MS});
  return { order_id, ...ORDERS.get(order_id) };
}
`;

/**
 * Writes one agent for all engines into the folder `to`: the one that comes with the server, with
 * tools at the pace of a test, turns that end by silence alone because not every engine tells words
 * before, and the `sections` of all engines in its `agent.yaml`.
 */
export function writeAgent(to: string, sections: string): void {
  cpSync(path.join(AGENTS, ORIGINAL), to, { recursive: true });
  writeFileSync(path.join(to, 'tools', 'lookup-order.ts'), LOOKUP);
  rewrite(path.join(to, 'tools', 'trace-package.ts'), [
    /CARRIER_MS = [\d_]+/u,
    `CARRIER_MS = ${CARRIER_MS}`,
  ]);
  rewrite(
    path.join(to, 'agent.yaml'),
    [/mode: semantic/u, 'mode: vad'],
    [/silenceDurationMs: \d+/u, 'silenceDurationMs: 700'],
    [/deadlineMs: \d+/u, `deadlineMs: ${DEADLINE_MS}`],
    [/$/u, sections],
  );
}

/** Copies an agent into another folder, with another engine. */
export function copyWithPipeline(from: string, to: string, pipeline: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
  rewrite(path.join(to, 'agent.yaml'), [/^pipeline: .*$/mu, `pipeline: ${pipeline}`]);
}

function rewrite(file: string, ...changes: readonly [RegExp, string][]): void {
  let text = readFileSync(file, 'utf8');
  for (const [found, put] of changes) {
    if (!found.test(text)) throw new Error(`${file} has nothing like ${found}`);
    text = text.replace(found, put);
  }
  writeFileSync(file, text);
}
