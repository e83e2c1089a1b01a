import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findApiKey } from '../api-key.ts';
import { inkFor } from '../ink.ts';
import { ScenarioLibrary, SCENARIOS } from '../scenario-library.ts';
import type { Terminal } from '../terminal.ts';
import { CallPrinter } from './call-printer.ts';
import { callJson, hasPassed, latencyTable, verdict } from './call-report.ts';
import type { CallOutcome } from './call-report.ts';
import { checkCall } from './expectations.ts';
import { placeCall } from './place-call.ts';

/** Beside the server's own recordings and never among them. */
const CALLS_DIRECTORY = path.join('.antiphon', 'calls');

/** The options of `antiphon call`, as they were given. */
export interface CallCommand {
  readonly agent: string;
  readonly scenario: string;
  readonly url: string;
  readonly key?: string | undefined;
  readonly voiceSet: string;
  readonly wav?: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

/**
 * Places one call per voice and tells how it went; true when everything was as expected. Hangs up
 * when the signal aborts.
 */
export async function runCallCommand(
  command: CallCommand,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const { environment, directory } = terminal;
  const library = new ScenarioLibrary(SCENARIOS);
  const { scenario, writtenFor } = library.find(command.agent, command.scenario);
  const voices = library.voices(writtenFor, command.voiceSet);
  const key = findApiKey({ option: command.key, environment, directory });
  const out = command.json ? terminal.stderr : terminal.stdout;
  const ink = inkFor({ isTTY: out.isTTY, environment });
  const print = (text: string) => out.write(`${text}\n`);

  const outcomes: CallOutcome[] = [];
  for (const voice of voices) {
    if (signal.aborted) break;
    const printer = command.quiet ? null : new CallPrinter(ink, print);
    const call = await placeCall({
      server: command.url,
      key,
      scenario,
      signal,
      clip: (name) => library.clip(writtenFor, voice, name),
      onConnected: (id) => {
        if (printer) print(ink.dim(`${scenario.title} (${command.agent}, voice ${voice}, ${id})`));
      },
      onLine: (line) => printer?.line(line),
      onFeed: (event) => printer?.feed(event),
    });
    const wavFile = wavFileFor(command, { voice, voices, sessionId: call.sessionId });
    const wavPath = path.resolve(directory, wavFile);
    mkdirSync(path.dirname(wavPath), { recursive: true });
    writeFileSync(wavPath, call.wav);
    const checks = checkCall(scenario, call.record);
    const outcome: CallOutcome = { scenario, voice, call, checks, wavFile };
    if (!command.quiet) print(`\n${latencyTable(outcome)}\n`);
    print(verdict(outcome, ink));
    outcomes.push(outcome);
  }
  const passed = outcomes.length === voices.length && outcomes.every(hasPassed);
  if (command.json) {
    const result = { passed, calls: outcomes.map(callJson) };
    terminal.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  }
  return passed;
}

/** `--wav` names the file; with several voices each gets its name into it. */
function wavFileFor(
  { wav }: CallCommand,
  { voice, voices, sessionId }: { voice: string; voices: readonly string[]; sessionId: string },
): string {
  if (wav === undefined) return path.join(CALLS_DIRECTORY, `${sessionId}.wav`);
  if (voices.length === 1) return wav;
  const { dir, name, ext } = path.parse(wav);
  return path.join(dir, `${name}-${voice}${ext}`);
}
