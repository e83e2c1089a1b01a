import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RunningServer } from '../../server.ts';

const PROGRAM = fileURLToPath(new URL('../../../../cli/src/main.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** What a caller in a process of its own makes of a call, as `antiphon call --json` tells it. */
export interface CallTold {
  readonly passed: boolean;
  readonly sessionId: string;
  readonly checks: readonly {
    readonly what: string;
    readonly expected: string;
    readonly got: string;
    readonly passed: boolean;
  }[];
  readonly agentTurns: readonly string[];
  readonly interruptions: readonly {
    readonly itemId: string;
    readonly playedMs: number;
    readonly transcript: string | null;
  }[];
  readonly tools: readonly {
    readonly name: string;
    readonly arguments: string | null;
    readonly outcome: string | null;
  }[];
  readonly turnStates: readonly string[];
  readonly endReason: string | null;
  readonly errors: readonly string[];
}

/** What is called, and what is said. */
export interface PlacedCall {
  readonly server: Pick<RunningServer, 'url' | 'key'>;
  readonly agent: string;
  readonly scenario: string;
  /** Where the recording is written. */
  readonly wav: string;
}

/** Places a call with `antiphon call` from a process of its own. */
export async function callByCommandLine({
  server,
  agent,
  scenario,
  wav,
}: PlacedCall): Promise<CallTold> {
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=antiphon-source', '--import', TSX, PROGRAM, 'call', agent],
      ...['--scenario', scenario, '--url', server.url, '--key', server.key],
      ...['--wav', wav, '--json'],
    ],
    { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (stdout === '') throw new Error(`The call to ${agent} told nothing: ${stderr}`);
  const { calls } = JSON.parse(stdout) as { calls: readonly CallTold[] };
  return { ...calls[0]!, log: stderr } as CallTold;
}
