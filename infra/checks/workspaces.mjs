import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRepository } from '../setup/repository.mjs';
import { importsOfRoom } from './rooms.mjs';

/** Names that say nothing about what is in a file. */
const emptyNames = new Set([
  'utils',
  'util',
  'common',
  'helpers',
  'helper',
  'misc',
  'types',
  'manager',
]);

/** Rooms that are bundled for browsers. */
const bundledRooms = new Set(['apps/console']);

/**
 * Every package has a row in the table of rooms, depends only on what its row allows, builds the
 * way all the others do, and names its files after what they hold.
 * @returns {string[]} one line per problem
 */
export function checkWorkspaces() {
  const found = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(inRepository(parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${parent}/${entry.name}`),
  );
  const missing = Object.keys(importsOfRoom).filter((room) => !found.includes(room));
  return [
    ...missing.map((room) => `infra/checks/rooms.mjs: ${room} does not exist`),
    ...found.flatMap((room) => [...checkManifest(room), ...checkNames(room)]),
  ];
}

/** @param {string} room */
function checkManifest(room) {
  const allowed = importsOfRoom[room];
  if (allowed === undefined) {
    return [`${room}: add a row to infra/checks/rooms.mjs and the same rule to .oxlintrc.json`];
  }
  const file = `${room}/package.json`;
  const manifest = JSON.parse(readFileSync(inRepository(file), 'utf8'));
  const problems = [];
  if (manifest.name !== `@antiphon/${path.basename(room)}`) {
    problems.push(`${file}: the name is not @antiphon/${path.basename(room)}`);
  }
  const build = bundledRooms.has(room) ? 'vite build' : 'tsc -p tsconfig.build.json';
  if (manifest.scripts?.build !== build) {
    problems.push(`${file}: the build script is not "${build}"`);
  }
  for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
    const [scope, name = ''] = dependency.split('/');
    if (scope === '@antiphon' && !allowed.includes(name)) {
      problems.push(`${file}: ${room} may not depend on ${dependency}`);
    }
  }
  return problems;
}

/** @param {string} room */
function checkNames(room) {
  return readdirSync(inRepository(room, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => emptyNames.has(path.basename(file).split('.')[0] ?? ''))
    .map((file) => `${room}/src/${file}: the name says nothing; name it after its main export`);
}
