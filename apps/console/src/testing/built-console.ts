import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CONSOLE_DIR = fileURLToPath(new URL('../..', import.meta.url));
const VITE = fileURLToPath(new URL('bin/vite.js', import.meta.resolve('vite/package.json')));

/** The console as it is shipped, built from its sources into a folder of its own. */
export class BuiltConsole {
  readonly distDir: string;

  private constructor(distDir: string) {
    this.distDir = distDir;
  }

  static async build(): Promise<BuiltConsole> {
    const distDir = await mkdtemp(path.join(tmpdir(), 'antiphon-console-'));
    // In a process of its own: a test's environment would make it a build for development.
    await promisify(execFile)(
      process.execPath,
      [VITE, 'build', '--outDir', distDir, '--emptyOutDir', '--logLevel', 'warn'],
      { cwd: CONSOLE_DIR, env: { ...process.env, NODE_ENV: 'production' } },
    );
    return new BuiltConsole(distDir);
  }

  async remove(): Promise<void> {
    await rm(this.distDir, { recursive: true, force: true });
  }
}
