import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { agentSchema } from './agent-schema.ts';

const REST = { description: 'Helps.', pipeline: 'stub', voice: 'slt', backchannel: 'ignore' };
const TOOL = { name: 'find_order', description: 'Finds an order.' };

/** The samples of a document, by the line they begin with. */
function samplesOf(name: string): { line: string; sample: Record<string, unknown> }[] {
  const text = readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```yaml\n(.*)\n([^]*?)^```/gmu)].map(([, line = '', rest = '']) => ({
    line: `${name}: ${line}`,
    sample: parse(`${line}\n${rest}`) as Record<string, unknown>,
  }));
}

const samples = [...samplesOf('agent-folder.md'), ...samplesOf('engines.md')];

describe('a sample of agent.yaml in the docs', () => {
  it('is found', () => {
    expect(samples.length).toBeGreaterThan(10);
  });

  it.each(samples)('is accepted: $line', ({ sample }) => {
    const part = 'webhook' in sample ? { tools: [{ ...TOOL, ...sample }] } : sample;
    const { error } = agentSchema.safeParse({ ...REST, ...part });
    expect(error?.issues ?? []).toEqual([]);
  });
});
