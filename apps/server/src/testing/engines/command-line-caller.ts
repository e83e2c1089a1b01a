import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RunningServer } from '../../server.ts';

const PROGRAM = fileURLToPath(new URL('../../../../cli/src/main.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** What `antiphon call --json` tells of a call. */
export interface CallTold {
  readonly sessionId: string;
  readonly checks: readonly {
    readonly what: string;
    readonly expected: string;
    readonly got: string;
    readonly passed: boolean;
  }[];
  readonly interruptions: readonly {
    readonly itemId: string;
    readonly playedMs: number;
    /** What the server has of the item, asked for afterwards. */
    readonly transcript: string | null;
  }[];
  readonly turnStates: readonly string[];
}

/** Who is called, and what is said. */
export interface CommandLineCall {
  readonly server: Pick<RunningServer, 'url' | 'key'>;
  readonly agent: string;
  readonly scenario: string;
  /** Where the caller writes what it heard. */
  readonly wav: string;
}

/** Places a call with `antiphon call`, from a process of its own. */
export async function callByCommandLine(call: CommandLineCall): Promise<CallTold> {
  const { server, agent, scenario, wav } = call;
  const node = ['--conditions=antiphon-source', '--import', TSX, PROGRAM];
  const whom = ['call', agent, '--scenario', scenario, '--url', server.url, '--key', server.key];
  const child = spawn(process.execPath, [...node, ...whom, '--wav', wav, '--json'], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [result, log] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (result === '') throw new Error(`Nothing came of the call to ${agent}: ${log}`);
  const { calls } = JSON.parse(result) as { readonly calls: readonly CallTold[] };
  return calls[0]!;
}
