import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ToldEvent } from './told-events.ts';

const PROGRAM = fileURLToPath(new URL('livekit-program.mjs', import.meta.url));
const FOLDERS = new URL('../../../../infra/stock-clients/', import.meta.url);

/** A version of `@livekit/agents-plugin-openai`; each has its packages in a folder of its own. */
export interface LiveKitVersion {
  readonly release: string;
  readonly folder: string;
  readonly dialect: 'ga' | 'beta';
}

/** The versions that are tried: the one of today, and the beta, which has the higher number. */
export const LIVEKIT_VERSIONS = [
  { release: '1.9.0', folder: 'livekit-1.9/', dialect: 'ga' },
  { release: '2.0.0', folder: 'livekit-2.0/', dialect: 'beta' },
] as const satisfies readonly LiveKitVersion[];

/** Why a version cannot be tried here; `null` when it can. */
export function whyNotLiveKit({ release, folder }: LiveKitVersion): string | null {
  // npm writes this list when it has finished.
  const isInstalled = existsSync(new URL(`${folder}node_modules/.package-lock.json`, FOLDERS));
  return isInstalled ? null : `@livekit/agents-plugin-openai ${release} is not installed`;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** A process in which an unchanged plugin of one version holds a session: its packages are its own. */
export class LiveKitHost {
  /** Is told what the session gives. */
  onEvent: (event: ToldEvent) => void = () => {};
  readonly #process: ChildProcess;
  readonly #exit: Promise<unknown[]>;
  readonly #pending = new Map<number, Pending>();
  #deeds = 0;

  private constructor({ folder }: LiveKitVersion) {
    this.#process = fork(PROGRAM, [new URL(folder, FOLDERS).href], {
      // Packages are looked for in another folder than the program's.
      execArgv: ['--experimental-import-meta-resolve'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#exit = once(this.#process, 'exit');
    void this.#exit.then(() => this.#giveUp());
  }

  static async start(version: LiveKitVersion): Promise<LiveKitHost> {
    const host = new LiveKitHost(version);
    const [exitCode] = await Promise.race([host.#exit, once(host.#process, 'message')]);
    if (typeof exitCode === 'number') throw new Error(`${version.release} ended with ${exitCode}.`);
    host.#process.on('message', (event: ToldEvent) => host.#take(event));
    return host;
  }

  /** A plugin that threw where nobody could catch it ended its process. */
  get isRunning(): boolean {
    return this.#process.connected;
  }

  /** Does something that the program knows by this name. */
  do(name: string, ...args: readonly unknown[]): Promise<unknown> {
    const id = this.#deeds++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#send({ id, name, args });
    });
  }

  /** Does it without waiting for the outcome. */
  pass(name: string, ...args: readonly unknown[]): void {
    this.#send({ name, args });
  }

  async close(): Promise<void> {
    if (this.isRunning) this.pass('exit');
    await this.#exit;
  }

  #send(deed: { id?: number; name: string; args: readonly unknown[] }): void {
    this.#process.send({ ...deed, args: [...deed.args] });
  }

  #take(event: ToldEvent): void {
    if (event.type !== 'did') {
      this.onEvent(event);
      return;
    }
    const { id, value, refusal } = event as ToldEvent & { id: number; refusal?: string };
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (refusal === undefined) pending?.resolve(value);
    else pending?.reject(new Error(refusal));
  }

  #giveUp(): void {
    for (const { reject } of this.#pending.values()) reject(new Error('Its process has ended.'));
    this.#pending.clear();
  }
}
