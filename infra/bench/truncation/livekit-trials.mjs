import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inRepository } from '../../setup/repository.mjs';
import { runCommand } from '../../setup/run-command.mjs';

/** @typedef {import('./interruptions.mjs').Interruption} Interruption */
/** @typedef {import('./antiphon-trials.mjs').Outcome} Outcome */

const folder = inRepository('infra/bench/livekit');

/** Installs the peer in its own folder unless it is there. Throws when npm fails. */
export async function installPeer() {
  if (existsSync(`${folder}/node_modules/.package-lock.json`)) return;
  console.error('Installing @livekit/agents for this benchmark (npm ci)…');
  const { code, output } = await runCommand('npm', ['ci', '--prefix', folder, '--loglevel=error'], {
    captured: true,
  });
  if (code !== 0) throw new Error(`the peer cannot be installed:\n${output.trimEnd()}`);
}

/**
 * Interrupts the peer in a process of its own, in real time, some at a time.
 * @param {readonly Interruption[]} interruptions
 * @param {{ readonly isTimed: boolean, readonly atOnce: number }} setup
 * @returns {Promise<Outcome[]>} in the order of the interruptions
 */
export function interruptPeer(interruptions, { isTimed, atOnce }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['interrupted-speech.mjs'], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(Buffer.concat(chunks).toString()));
      else reject(new Error(`the peer ended with code ${code}`));
    });
    child.stdin.end(JSON.stringify({ interruptions, isTimed, atOnce }));
  });
}
