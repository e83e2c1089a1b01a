import { pathToFileURL } from 'node:url';
import { buildPackages } from './build.mjs';
import { requireSupportedNode } from './node-version.mjs';
import { installDependencies } from './npm-dependencies.mjs';
import { inRepository } from './repository.mjs';

/**
 * Installs and builds what is missing and hands this process over to an app, so arguments, signals
 * and the exit code are its own.
 * @param {string} app the name of its folder in apps
 */
export async function startApp(app) {
  requireSupportedNode();
  await installDependencies();
  await buildPackages();
  const program = inRepository('apps', app, 'dist/main.js');
  process.argv[1] = program;
  await import(pathToFileURL(program).href);
}
