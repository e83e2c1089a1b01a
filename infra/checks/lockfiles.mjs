import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { inRepository } from '../setup/repository.mjs';

/** @typedef {{ resolved?: string, optionalDependencies?: Record<string, string> }} LockedPackage */

/**
 * A package-lock.json names no registry, so npm takes every package from the one that is configured
 * where it runs; and it lists the binaries of every platform, without which npm ci refuses it.
 * @returns {string[]} one line per problem
 */
export function checkLockfiles() {
  const clients = readdirSync(inRepository('infra/stock-clients'))
    .map((name) => `infra/stock-clients/${name}/package-lock.json`)
    .filter((file) => existsSync(inRepository(file)));
  const peers = ['infra/bench/livekit/package-lock.json'];
  return ['package-lock.json', ...clients, ...peers].flatMap(checkLockfile);
}

/** @param {string} file */
function checkLockfile(file) {
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
