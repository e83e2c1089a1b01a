import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readClip } from './clip.ts';
import type { Clip } from './clip.ts';
import { CliError } from './cli-error.ts';
import { parseScenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

/** The scenarios that come with the program; beside `src` and beside `dist`. */
export const SCENARIOS = fileURLToPath(new URL('../scenarios', import.meta.url));

/** `--voice-set` for every voice there is. */
export const ALL_VOICES = 'all';

/** A scenario, and the agent it was written for, whose recordings it plays. */
export interface FoundScenario {
  readonly writtenFor: string;
  readonly scenario: Scenario;
}

/** Scenarios of agents, and the voices that play them: `<agent>/<name>.yaml`, `<agent>/audio/<voice>/<clip>.wav`. */
export class ScenarioLibrary {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads a scenario. Throws `unknown_agent`, `unknown_scenario` or `invalid_scenario`. */
  scenario(agent: string, name: string): Scenario {
    const file = path.join(this.#agentFolder(agent), `${name}.yaml`);
    const names = this.#names(agent);
    if (!names.includes(name)) {
      throw new CliError(
        'unknown_scenario',
        `There is no scenario ${name} for ${agent}. There is: ${listOf(names)}.`,
      );
    }
    const shown = path.relative(process.cwd(), file);
    return parseScenario({ name, file: shown, text: readFileSync(file, 'utf8') });
  }

  /**
   * The scenario that a call to an agent plays: one of its own by its name, one that was written for
   * another agent as `<agent>/<name>`. Throws like `scenario`.
   */
  find(agent: string, choice: string): FoundScenario {
    const [, writtenFor = agent, name = choice] = /^([^/]+)\/(.+)$/u.exec(choice) ?? [];
    return { writtenFor, scenario: { ...this.scenario(writtenFor, name), agent } };
  }

  /** The voices a `--voice-set` selects. Throws `unknown_agent` or `unknown_voice`. */
  voices(agent: string, voiceSet: string): readonly string[] {
    const voices = foldersIn(path.join(this.#agentFolder(agent), 'audio'));
    if (voiceSet === ALL_VOICES && voices.length > 0) return voices;
    if (voices.includes(voiceSet)) return [voiceSet];
    throw new CliError(
      'unknown_voice',
      `There is no voice ${voiceSet} for ${agent}. There is: ${listOf([...voices, ALL_VOICES])}.`,
    );
  }

  /** Reads a recorded line. Throws `invalid_clip`. */
  clip(agent: string, voice: string, name: string): Clip {
    return readClip(path.join(this.#agentFolder(agent), 'audio', voice, `${name}.wav`));
  }

  #agentFolder(agent: string): string {
    const agents = foldersIn(this.#folder);
    if (agents.includes(agent)) return path.join(this.#folder, agent);
    throw new CliError(
      'unknown_agent',
      `There are no scenarios for an agent ${agent}. There are some for: ${listOf(agents)}. ` +
        `Play one of theirs, as --scenario ${agents[0] ?? 'agent'}/NAME, or write one in ` +
        `${path.join(path.relative(process.cwd(), this.#folder), agent)}.`,
    );
  }

  #names(agent: string): readonly string[] {
    return readdirSync(this.#agentFolder(agent))
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => file.slice(0, -'.yaml'.length))
      .toSorted();
  }
}

function foldersIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}
