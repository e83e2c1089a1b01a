import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliError } from '../cli-error.ts';

/** The root of the repository; the same place seen from `src` and from `dist`. */
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** This module runs as it is written, and so do the programs that it starts. */
const IS_SOURCE = import.meta.url.endsWith('.ts');

/** The agents that come with the server. */
export const SERVER_AGENTS = path.join(ROOT, 'apps/server/agents');

/** Arguments of Node.js that run the server. Throws a CliError where it is not built. */
export function serverCommand(): readonly string[] {
  return commandOf('apps/server', 'main');
}

/** Arguments of Node.js that run local providers; theirs follow. Throws like `serverCommand`. */
export function providersCommand(): readonly string[] {
  return commandOf('packages/pipelines', 'testing/bench/bench-providers.process');
}

function commandOf(room: string, program: string): readonly string[] {
  if (IS_SOURCE) {
    const file = path.join(ROOT, room, 'src', `${program}.ts`);
    return ['--import', import.meta.resolve('tsx'), '--conditions=antiphon-source', file];
  }
  const file = path.join(ROOT, room, 'dist', `${program}.js`);
  if (existsSync(file)) return [file];
  throw new CliError('server_not_started', 'The server is not built: run "npm run build" first.');
}
