import { checkLockfiles } from '../checks/lockfiles.mjs';
import { checkWorkspaces } from '../checks/workspaces.mjs';
import { requireSupportedNode } from './node-version.mjs';
import { installDependencies } from './npm-dependencies.mjs';
import { runNodeModule } from './run-command.mjs';

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {() => Promise<{ code: number, output: string }>} run
 */

/** Each fills a core, or most of one. */
const AT_ONCE = 2;

/** @type {readonly Check[]} */
const checks = [
  { name: 'format', run: program('prettier/bin/prettier.cjs', '--check', '.') },
  { name: 'lint', run: program('oxlint/bin/oxlint', '--deny-warnings') },
  { name: 'types', run: program('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json') },
  {
    name: 'console types',
    run: program('typescript/bin/tsc', '--noEmit', '-p', 'apps/console/tsconfig.json'),
  },
  {
    name: 'unused',
    run: program(
      'knip/bin/knip.js',
      '--no-progress',
      '--no-config-hints',
      '-t',
      'tsconfig.build.json',
    ),
  },
  { name: 'lockfiles', run: problems(checkLockfiles) },
  { name: 'workspaces', run: problems(checkWorkspaces) },
];

requireSupportedNode();
await installDependencies();

const waiting = checks.values();
/** @type {{ check: string, result: string, seconds: string }[]} */
const results = [];
await Promise.all(Array.from({ length: AT_ONCE }, runWaiting));
for (const { check, result, seconds } of results) {
  console.log(`${check.padEnd(14)}${result}${seconds.padStart(8)} s`);
}
if (results.some(({ result }) => result === 'FAIL')) process.exitCode = 1;

/** Runs one check after the other while any waits. */
async function runWaiting() {
  for (const { name, run } of waiting) {
    const startedAtMs = performance.now();
    const { code, output } = await run();
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
    results.push({ check: name, result: code === 0 ? 'pass' : 'FAIL', seconds });
    if (code !== 0) console.log(`--- ${name}\n${output.trimEnd()}\n`);
  }
}

/**
 * @param {string} script path of the program inside node_modules
 * @param {string[]} args
 */
function program(script, ...args) {
  return () => runNodeModule(script, args, { captured: true });
}

/** @param {() => string[]} check returns one line per problem */
function problems(check) {
  return async () => {
    const lines = check();
    return { code: lines.length > 0 ? 1 : 0, output: lines.join('\n') };
  };
}
