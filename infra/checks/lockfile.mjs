import { readFileSync } from 'node:fs';
import { inRepository } from '../setup/repository.mjs';

/** @typedef {{ resolved?: string, optionalDependencies?: Record<string, string> }} LockedPackage */

/**
 * No package-lock.json names a registry, so npm takes every package from the one that is configured
 * where it runs; and each lists the binaries of every platform, without which npm ci refuses it.
 * @returns {string[]} one line per problem
 */
export function checkLockfile() {
  return ['package-lock.json', 'infra/bench/livekit/package-lock.json'].flatMap(problemsOf);
}

/** @param {string} file */
function problemsOf(file) {
  const { packages } = JSON.parse(readFileSync(inRepository(file), 'utf8'));
  /** @type {[string, LockedPackage][]} */
  const entries = Object.entries(packages);
  const problems = [];
  for (const [folder, { resolved = '', optionalDependencies = {} }] of entries) {
    if (resolved.includes('://')) problems.push(`${folder} is resolved to ${resolved}`);
    for (const name of Object.keys(optionalDependencies)) {
      const places = [`node_modules/${name}`, `${folder}/node_modules/${name}`];
      if (!places.some((place) => place in packages)) problems.push(`${name} has no entry`);
    }
  }
  return problems.map((problem) => `${file}: ${problem}`);
}
