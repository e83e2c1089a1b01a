import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const CONSOLE_DIR = fileURLToPath(new URL('../..', import.meta.url));

/** The console as it is shipped, built from its sources into a folder of its own. */
export class BuiltConsole {
  readonly distDir: string;

  private constructor(distDir: string) {
    this.distDir = distDir;
  }

  static async build(): Promise<BuiltConsole> {
    const distDir = await mkdtemp(path.join(tmpdir(), 'antiphon-console-'));
    await build({
      root: CONSOLE_DIR,
      mode: 'production',
      logLevel: 'warn',
      build: { outDir: distDir, emptyOutDir: true },
    });
    return new BuiltConsole(distDir);
  }

  async remove(): Promise<void> {
    await rm(this.distDir, { recursive: true, force: true });
  }
}
