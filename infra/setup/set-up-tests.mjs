import { buildPackages } from './build.mjs';
import { installDebianPackages } from './debian-packages.mjs';
import { requireSupportedNode } from './node-version.mjs';
import { installDependencies } from './npm-dependencies.mjs';
import { installStockClients } from './stock-clients.mjs';

/**
 * Installs and builds what the selected tests need and is not there, side by side where one does
 * not need the other. Ends the process when the tests cannot run without.
 * @param {readonly string[]} filters parts of test paths; none selects every test
 * @returns {Promise<readonly import('./selected-tests.mjs').MissingPackage[]>} what is still missing
 */
export async function setUpTests(filters) {
  requireSupportedNode();
  const [debianPackages, stockClients] = await Promise.all([
    installDebianPackages(filters),
    installStockClients(filters),
    installDependencies().then(buildPackages),
  ]);
  return [...debianPackages, ...stockClients];
}
