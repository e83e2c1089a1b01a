import { pathToFileURL } from 'node:url';
import { buildPackages } from './build.mjs';
import { requireSupportedNode } from './node-version.mjs';
import { installDependencies } from './npm-dependencies.mjs';
import { inRepository } from './repository.mjs';

requireSupportedNode();
await installDependencies();
await buildPackages();

// The server takes over this process, so arguments, signals and the exit code are its own.
const server = inRepository('apps/server/dist/main.js');
process.argv[1] = server;
await import(pathToFileURL(server).href);
