import { existsSync } from 'node:fs';
import { runCommand } from './run-command.mjs';
import { isSelected } from './selected-tests.mjs';

/**
 * A Debian package that some tests need; the presence of the binary proves that it is installed.
 * @typedef {import('./selected-tests.mjs').MissingPackage & { binary: string }} DebianPackage
 */

/** @type {readonly DebianPackage[]} */
export const packagesForTests = [
  {
    name: 'chromium',
    binary: '/usr/bin/chromium',
    tests: [
      'apps/server/src/talk-page.e2e.test.ts',
      'apps/server/src/session-page.e2e.test.ts',
      'apps/console/src/console.e2e.test.ts',
      'apps/console/src/latency.e2e.test.ts',
      'apps/console/src/session.e2e.test.ts',
    ],
  },
  {
    name: 'prometheus',
    binary: '/usr/bin/promtool',
    tests: ['infra/deploy/deploy-files.test.ts'],
  },
  {
    name: 'redis-server',
    binary: '/usr/bin/redis-server',
    tests: [
      'packages/tools/src/testing/private-redis.test.ts',
      'packages/tools/src/testing/kill-trial.e2e.test.ts',
      'packages/tools/src/bullmq/bullmq-tool-runner.test.ts',
      'packages/tools/src/bullmq/queued-tools.test.ts',
      'packages/tools/src/bullmq/queue-faults.test.ts',
      'packages/tools/src/bullmq/queue-view.test.ts',
      'packages/tools/src/bullmq/trace-carrier.test.ts',
      'apps/server/src/tool-runners.test.ts',
      'apps/worker/src/main.e2e.test.ts',
      'apps/server/src/queue-board.test.ts',
      'apps/server/src/console/console-without-redis.test.ts',
      'apps/server/src/console/server-list.test.ts',
      'apps/server/src/promised-answer.e2e.test.ts',
      'packages/tools/src/follow-ups/redis-outbox-store.test.ts',
      'packages/tools/src/follow-ups/crashes.test.ts',
      'packages/tools/src/follow-ups/mail-agreement.test.ts',
      'apps/server/src/server-analyses.test.ts',
      'apps/server/src/tool-outcomes.e2e.test.ts',
      'apps/server/src/tracing/golden-trace.e2e.test.ts',
      'apps/worker/src/analyses.test.ts',
    ],
  },
  {
    name: 'openssl',
    binary: '/usr/bin/openssl',
    tests: [
      'apps/server/src/tls.test.ts',
      'apps/server/src/stock-clients/openai.e2e.test.ts',
      'apps/server/src/stock-clients/openai-speech.e2e.test.ts',
      'apps/server/src/stock-clients/openai-tools.e2e.test.ts',
      'packages/tools/src/follow-ups/smtp-encryption.test.ts',
    ],
  },
];

/**
 * Installs the Debian packages that the selected tests need, where that is possible without asking
 * for a password. Otherwise it prints the command; the tests in question are then skipped.
 * @param {readonly string[]} filters parts of test paths; none selects every test
 * @returns {Promise<readonly DebianPackage[]>} the packages that are still missing
 */
export async function installDebianPackages(filters) {
  const wanted = packagesForTests.filter(
    ({ binary, tests }) => !existsSync(binary) && isSelected(tests, filters),
  );
  if (wanted.length > 0) await install(wanted.map(({ name }) => name));
  return packagesForTests.filter(({ binary }) => !existsSync(binary));
}

/** @param {readonly string[]} names */
async function install(names) {
  const installation = ['apt-get', 'install', '-y', '--no-install-recommends', ...names];
  const asRoot = await rootPrefix();
  if (asRoot === undefined) {
    console.log(
      `Some tests need ${names.join(', ')}. To run them too:\n` +
        `  sudo apt-get update && sudo ${installation.join(' ')}`,
    );
    return;
  }
  console.log(`Installing ${names.join(', ')} (apt-get)…`);
  for (const command of [['apt-get', 'update'], installation]) {
    const [program = '', ...args] = [...asRoot, ...command];
    const { code, output } = await runCommand(program, args, { captured: true });
    if (code === 0) continue;
    console.log(`${output.trimEnd()}\n${command.join(' ')} failed; the tests go on without.`);
    return;
  }
}

/** What to put before a command so that it runs as root; undefined when that needs a password. */
async function rootPrefix() {
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  if (process.getuid?.() === 0) return environment;
  const { code } = await runCommand('sudo', ['-n', 'true'], { captured: true });
  return code === 0 ? ['sudo', '-n', ...environment] : undefined;
}
