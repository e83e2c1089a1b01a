import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildPackages } from './build.mjs';
import { installDebianPackages } from './debian-packages.mjs';
import { requireSupportedNode } from './node-version.mjs';
import { installDependencies } from './npm-dependencies.mjs';
import { runNodeModule } from './run-command.mjs';
import { installStockClients } from './stock-clients.mjs';

/** @typedef {import('../vitest/summary-reporter.mjs').TestSummary} TestSummary */
/** @typedef {import('./selected-tests.mjs').MissingPackage} MissingPackage */

requireSupportedNode();
await main(process.argv.slice(2));

/** @param {readonly string[]} args for vitest: options, and parts of the paths of the test files */
async function main(args) {
  const filters = args.filter((arg) => !arg.startsWith('-'));
  const missing = await setUp(filters);

  const { code, summary } = await runTests(args, missing);
  for (const line of reasonsForSkips(summary.skipped, missing)) console.log(line);
  if (summary.unhandledErrors > 0) console.log(`unhandled errors: ${summary.unhandledErrors}`);
  const someRan = summary.passed + summary.failed > 0;
  process.exitCode = code === 0 && !someRan ? 1 : code;
  console.log(closingLine(summary));
}

/**
 * Installs and builds, side by side what does not need one another.
 * @param {readonly string[]} filters parts of test paths; none selects every test
 * @returns {Promise<readonly MissingPackage[]>} what is still missing
 */
async function setUp(filters) {
  const [debianPackages, stockClients] = await Promise.all([
    installDebianPackages(filters),
    installStockClients(filters),
    installDependencies().then(buildPackages),
  ]);
  return [...debianPackages, ...stockClients];
}

/** @param {readonly string[]} args @param {readonly MissingPackage[]} missing */
async function runTests(args, missing) {
  const folder = mkdtempSync(path.join(tmpdir(), 'antiphon-tests-'));
  const summaryFile = path.join(folder, 'summary.json');
  const reporters = ['--reporter=default', '--reporter=./infra/vitest/summary-reporter.mjs'];
  const { code } = await runNodeModule('vitest/vitest.mjs', ['run', ...reporters, ...args], {
    env: {
      ANTIPHON_TEST_SUMMARY: summaryFile,
      ANTIPHON_MISSING: missing.map(({ name }) => name).join(','),
    },
  });
  /** @type {TestSummary} */
  const summary = existsSync(summaryFile)
    ? JSON.parse(readFileSync(summaryFile, 'utf8'))
    : { passed: 0, failed: 0, unhandledErrors: 0, skipped: [] };
  rmSync(folder, { recursive: true });
  return { code, summary };
}

/**
 * @param {TestSummary['skipped']} skipped
 * @param {readonly MissingPackage[]} missing
 * @returns {string[]} one line per reason
 */
function reasonsForSkips(skipped, missing) {
  /** @type {Map<string, string[]>} */
  const testsByReason = new Map();
  for (const { test, file, reason } of skipped) {
    const needed = missing.find(({ tests }) => tests.includes(file));
    const because = reason ?? (needed ? `${needed.name} is not installed` : 'no reason given');
    testsByReason.set(because, [...(testsByReason.get(because) ?? []), `${file} > ${test}`]);
  }
  return [...testsByReason].map(
    ([reason, tests]) => `skipped ${tests.length}: ${reason} (${tests[0]}${tests[1] ? ', …' : ''})`,
  );
}

/** @param {TestSummary} summary */
function closingLine({ passed, failed, skipped }) {
  const counts = [`${passed} passed`, `${failed} failed`];
  if (skipped.length > 0) counts.push(`${skipped.length} skipped`);
  return counts.join(', ');
}
