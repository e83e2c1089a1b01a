import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from './repository.mjs';
import { endProcess, runCommand } from './run-command.mjs';

/** @typedef {{ version?: string, optional?: boolean, devOptional?: boolean }} LockedPackage */

/**
 * Installs what package-lock.json names, unless node_modules already holds exactly that.
 * Ends the process when npm fails.
 */
export async function installDependencies() {
  if (installedAsLocked(repositoryRoot)) return;
  console.log('Installing dependencies (npm ci)…');
  const { command, args } = npmCommand();
  const { code } = await runCommand(
    command,
    // With NODE_ENV=production npm leaves out the compiler and the test runner without --include.
    [...args, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    // The script of onnxruntime-node downloads GPU libraries that Antiphon does not load.
    { env: { ONNXRUNTIME_NODE_INSTALL: 'skip' } },
  );
  if (code === 0) return;
  console.error(
    'npm ci failed: see the lines above. It needs the npm registry or a mirror of it; ' +
      'run the command again once that answers.',
  );
  await endProcess(1);
}

/**
 * Whether the node_modules of a folder hold exactly what its package-lock.json names. npm writes the
 * list of what it installed when it has finished, so a broken install has none.
 * @param {string} folder
 */
export function installedAsLocked(folder) {
  const installedList = path.join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(installedList)) return false;
  const locked = lockedPackages(path.join(folder, 'package-lock.json'));
  const installed = lockedPackages(installedList);
  for (const [place, entry] of locked) {
    const found = installed.get(place);
    // Binaries for other platforms are optional packages; npm installs only those that fit.
    const mayBeAbsent = entry.optional === true || entry.devOptional === true;
    if (found === undefined ? !mayBeAbsent : found.version !== entry.version) return false;
  }
  return [...installed.keys()].every((place) => locked.has(place));
}

/**
 * @param {string} file
 * @returns {Map<string, LockedPackage>} by folder, without the folders of the repository itself
 */
function lockedPackages(file) {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'));
  return new Map(Object.entries(packages).filter(([folder]) => folder.includes('node_modules/')));
}

/** The npm that started this process, or else the one on the PATH. */
export function npmCommand() {
  const script = process.env.npm_execpath;
  return script !== undefined && path.basename(script) === 'npm-cli.js'
    ? { command: process.execPath, args: [script] }
    : { command: 'npm', args: [] };
}
