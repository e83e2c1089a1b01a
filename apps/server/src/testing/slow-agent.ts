import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeAgent } from './test-server.ts';

/** How the slow agent's tools behave. */
export interface SlowAgentOptions {
  /** `trace` ends when this file is there. */
  readonly releaseFile: string;
  readonly run?: 'inline' | 'queued';
}

/**
 * Writes the agent `slow`: its tool `who` knows the caller's address, and `trace` takes as long as
 * the test wants; its answer is offered by e-mail after a second.
 */
export async function writeSlowAgent(
  agentsDir: string,
  { releaseFile, run = 'inline' }: SlowAgentOptions,
): Promise<void> {
  await writeAgent(agentsDir, 'slow', null);
  const folder = path.join(agentsDir, 'slow');
  const lines = [
    'tools:',
    '  - name: who',
    '    description: Knows the caller.',
    '    contactField: email',
    '  - name: trace',
    '    description: Takes long.',
    `    run: ${run}`,
    '    effect: none',
    '    deadlineMs: 1000',
    '    timeoutMs: 60000',
  ];
  await appendFile(path.join(folder, 'agent.yaml'), `${lines.join('\n')}\n`);
  await mkdir(path.join(folder, 'tools'), { recursive: true });
  await mkdir(path.join(folder, 'follow-ups'), { recursive: true });
  await writeFile(
    path.join(folder, 'tools', 'who.mts'),
    "export default () => ({ email: 'jo@example.com' });\n",
  );
  await writeFile(
    path.join(folder, 'tools', 'trace.mts'),
    `import { existsSync } from 'node:fs';
export default async (_args: unknown, { signal }: { signal: AbortSignal }) => {
  while (!existsSync(${JSON.stringify(releaseFile)})) {
    if (signal.aborted) throw new Error('aborted');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { place: 'Columbus' };
};
`,
  );
  await writeFile(
    path.join(folder, 'follow-ups', 'trace.md'),
    'Subject: Your package\n\nIt is in {result.place}.\n',
  );
}
