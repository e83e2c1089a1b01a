import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { register, type NamespacedUnregister } from 'tsx/esm/api';
import type { ToolFunction } from '@antiphon/session';
import type { FolderFault } from './agent-folder-error.ts';

/** A tool's function, or why there is none. */
export type ToolLoading =
  | { readonly run: ToolFunction; readonly fault: null }
  | { readonly run: null; readonly fault: FolderFault };

/**
 * The loader of TypeScript, set up once for the process: modules imported with it may import
 * others later, so it is never taken down. It sees no other import of the process.
 */
let loader: NamespacedUnregister | null = null;

/** Imports a tool's file, TypeScript or not, and takes its default export. */
export async function loadToolModule(file: string): Promise<ToolLoading> {
  if (!isModule(file)) {
    return failing(file, `${file} is not read as an ES module`, {
      advice: 'Give it the ending .mts or .mjs, or put {"type": "module"} in a package.json above.',
    });
  }
  loader ??= register({ namespace: 'antiphon-agent-tools' });
  try {
    const module = (await loader.import(pathToFileURL(file).href, import.meta.url)) as {
      readonly default?: unknown;
    };
    if (typeof module.default === 'function') {
      return { run: module.default as ToolFunction, fault: null };
    }
    return failing(file, 'the file has no function as its default export', {
      advice: 'Write "export default function" before the tool.',
    });
  } catch (error) {
    return importFailure(file, error);
  }
}

/** Whether Node takes the file for an ES module, by its ending or the package it is in. */
function isModule(file: string): boolean {
  if (/\.m[jt]s$/.test(file)) return true;
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    const manifest = join(directory, 'package.json');
    if (existsSync(manifest)) return /"type"\s*:\s*"module"/.test(readFileSync(manifest, 'utf8'));
    if (directory === dirname(directory)) return false;
  }
}

function importFailure(file: string, error: unknown): ToolLoading {
  const message = error instanceof Error ? error.message : String(error);
  const syntax = /:(\d+):(\d+): ERROR: (.+)/.exec(message);
  if (syntax) {
    return failing(file, `the file does not parse: ${syntax[3]}`, {
      line: Number(syntax[1]),
      column: Number(syntax[2]) + 1,
      advice: 'Correct the syntax there.',
    });
  }
  const missing = /Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1];
  if (missing !== undefined) {
    const path = missing.startsWith('file:') ? fileURLToPath(missing) : missing;
    return failing(file, `it imports ${path}, which is not there`, {
      ...placeOfImport(file, path),
      advice: 'Correct the import or install the package.',
    });
  }
  return failing(file, `the file fails when it is loaded: ${message}`, {
    ...placeInStack(file, error),
    advice: 'Do in the function what can fail.',
  });
}

function failing(
  file: string,
  reason: string,
  details: { readonly line?: number; readonly column?: number; readonly advice: string },
): ToolLoading {
  const { line = 1, column = 1, advice } = details;
  return { run: null, fault: { file, line, column, reason, advice } };
}

function placeInStack(file: string, error: unknown): { line?: number; column?: number } {
  const stack = (error instanceof Error && error.stack) || '';
  for (const line of stack.split('\n')) {
    const at = line.indexOf(file);
    const place = at < 0 ? null : /^(?:\?[^:]*)?:(\d+):(\d+)/.exec(line.slice(at + file.length));
    if (place) return { line: Number(place[1]), column: Number(place[2]) };
  }
  return {};
}

/** Where the import statement of a missing module is, by the last part of its name. */
function placeOfImport(file: string, path: string): { line?: number; column?: number } {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const lines = readFileSync(file, 'utf8').split('\n');
  const index = lines.findIndex((line) => /\bimport\b|\bfrom\b/.test(line) && line.includes(name));
  return index < 0 ? {} : { line: index + 1, column: lines[index]!.indexOf(name) + 1 };
}
