import { installedAsLocked, npmCommand } from './npm-dependencies.mjs';
import { inRepository } from './repository.mjs';
import { runCommand } from './run-command.mjs';
import { isSelected } from './selected-tests.mjs';

/** @typedef {import('./selected-tests.mjs').MissingPackage} MissingPackage */

/**
 * A client package that some tests need and nobody else does: too heavy for everybody's
 * node_modules, or at odds with what is there. It has a folder with a lockfile of its own.
 * @typedef {MissingPackage & { folder: string }} StockClient
 */

const testsOfLiveKit = [
  'apps/server/src/stock-clients/livekit.e2e.test.ts',
  'apps/server/src/stock-clients/livekit-history.e2e.test.ts',
];

/** @type {readonly StockClient[]} */
const clientsForTests = [
  {
    name: '@livekit/agents-plugin-openai 1.9.0',
    folder: inRepository('infra/stock-clients/livekit-1.9'),
    tests: testsOfLiveKit,
  },
  {
    name: '@livekit/agents-plugin-openai 2.0.0',
    folder: inRepository('infra/stock-clients/livekit-2.0'),
    tests: testsOfLiveKit,
  },
];

/**
 * Installs the clients that the selected tests need. Where that fails, as it does without a
 * network, it says so; the tests in question are then skipped.
 * @param {readonly string[]} filters parts of test paths; none selects every test
 * @returns {Promise<readonly MissingPackage[]>} the clients that are still missing
 */
export async function installStockClients(filters) {
  const absent = clientsForTests.filter(({ folder }) => !installedAsLocked(folder));
  for (const client of absent.filter(({ tests }) => isSelected(tests, filters))) {
    // What stopped one stops the next, and each waits for the network.
    if (!(await install(client))) break;
  }
  return absent.filter(({ folder }) => !installedAsLocked(folder));
}

/** @param {StockClient} client */
async function install({ name, folder }) {
  console.log(`Installing ${name} for its tests (npm ci, once)…`);
  const { command, args } = npmCommand();
  const { code, output } = await runCommand(
    command,
    [...args, 'ci', '--prefer-offline', '--fetch-retry-mintimeout=500', '--fetch-timeout=60000'],
    { cwd: folder, captured: true },
  );
  if (code === 0) return true;
  const reason = output.split('\n').slice(0, 3).join('\n');
  console.log(`${reason}\nnpm ci failed in ${folder}; the tests of such clients are skipped.`);
  return false;
}
