import { spawn } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { repositoryRoot } from './repository.mjs';

/**
 * @typedef {object} RunOptions
 * @property {Record<string, string>} [env] added to the environment of this process
 * @property {string} [cwd] where it runs instead of in the repository's folder
 * @property {boolean} [captured] keeps the output and returns it instead of showing it
 */

/** The ends of the commands that run. @type {Set<Promise<unknown>>} */
const running = new Set();

/**
 * Ends this process with a code once the commands it runs have ended: a package manager that is
 * stopped halfway leaves a machine in need of repair.
 * @param {number} code
 * @returns {Promise<never>}
 */
export async function endProcess(code) {
  while (running.size > 0) {
    await Promise.all(running);
    // The end of one may start the next.
    await setImmediate();
  }
  process.exit(code);
}

/**
 * Runs a command in the repository's folder until it ends. Signals this process receives are passed on.
 * The code is 127 when the command cannot be started and 128 when a signal ended it.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runCommand(command, args, options = {}) {
  /** @type {Promise<{ code: number, output: string }>} */
  const ended = new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? repositoryRoot,
      env: { ...process.env, ...options.env },
      stdio: options.captured ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    });
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));

    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => child.kill(signal);
    process.on('SIGINT', pass);
    process.on('SIGTERM', pass);

    /** @param {number} code @param {string} [note] */
    const finish = (code, note = '') => {
      process.off('SIGINT', pass);
      process.off('SIGTERM', pass);
      resolve({ code, output: Buffer.concat(chunks).toString() + note });
    };
    child.once('error', (error) => finish(127, error.message));
    child.once('close', (code) => finish(code ?? 128));
  });
  running.add(ended);
  return ended.finally(() => running.delete(ended));
}

/**
 * Runs the command-line program of an installed npm package with the Node.js of this process.
 * @param {string} script path of the program inside node_modules
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function runNodeModule(script, args, options) {
  return runCommand(process.execPath, [`node_modules/${script}`, ...args], options);
}
