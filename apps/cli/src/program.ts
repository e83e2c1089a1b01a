import { ANALYSTS } from '@antiphon/analysis';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runAnalyzeCommand } from './analyze/analyze-command.ts';
import type { AnalyzeCommand } from './analyze/analyze-command.ts';
import { runCallCommand } from './call/call-command.ts';
import type { CallCommand } from './call/call-command.ts';
import { DOORS, runDoorCommand } from './load/door-command.ts';
import type { DoorCommand } from './load/door-command.ts';
import { LOAD_ENGINES } from './load/load-engine.ts';
import { runLoadCommand } from './load/load-command.ts';
import type { LoadCommand } from './load/load-command.ts';
import { TOOL_LOADS } from './load/bench-tools.ts';
import type { ToolLoad } from './load/bench-tools.ts';
import { PROVIDER_DELAYS } from './load/provider-delays.ts';
import { TURN_DETECTIONS } from './load/load-run.ts';
import { runToolCommand } from './load/tool-command.ts';
import { runRecordCommand } from './record/record-command.ts';
import type { RecordCommand } from './record/record-command.ts';
import { ALL_VOICES } from './scenario-library.ts';
import { DEFAULT_SERVER_URL } from './server-address.ts';
import type { Terminal } from './terminal.ts';

/** More than one process keeps real time for; the count of late frames tells. */
const MOST_SESSIONS = 2000;

/** More than one process opens in time; how late it was tells. */
const MOST_CONNECTIONS_PER_SECOND = 1000;

/** An hour shows leaks, too. */
const LONGEST_SECONDS = 3600;

const EXAMPLES = `
Examples:
  $ antiphon call                            play the worked example and check it
  $ antiphon load --sessions 200 --engine stub
  $ antiphon load --door realtime            what connecting and events cost
  $ antiphon analyze sess_…                  have a recorded call judged by a model
`;

const CALL_EXAMPLES = `
Examples:
  $ antiphon call
  $ antiphon call acme-support --scenario ask-for-a-person --voice-set rms
  $ antiphon call acme-support --scenario slow-tool    a tool that takes too long, and an e-mail
  $ antiphon call acme-support --scenario cancel-yes   consent given; also cancel-no and
                                                       cancel-interrupted
  $ antiphon call acme-support --scenario whole-call   all of these in one call
  $ antiphon call my-agent --scenario acme-support/whole-call   a copy of it, with another pipeline
  $ antiphon call --voice-set all --quiet    one call per voice, verdicts only
  $ antiphon call --json | jq .passed
  $ antiphon call --wav call.wav             caller left, agent right

Exits with 0 when everything the scenario expects came about, else with 1.
`;

const LOAD_EXAMPLES = `
Examples:
  $ antiphon load --sessions 200 --engine stub
  $ antiphon load --sessions 20 --engine embedded --duration 60
  $ antiphon load --sessions 20 --engine embedded --turn-detection semantic
  $ antiphon load --sessions 20 --engine openai-realtime    the relay to a model; also gemini-live
  $ antiphon load --sessions 20 --engine openai-realtime --turn-detection provider
  $ antiphon load --sessions 20 --engine cascade            a cascade of providers that answer at once
  $ antiphon load --sessions 20 --engine cascade --provider-delays hosted
  $ antiphon load --sessions 20 --engine cascade --provider-delays hosted --finalizes-pauses
  $ antiphon load --sessions 50 --engine stub --json > load.json
  $ antiphon load --sessions 50 --engine stub --url http://127.0.0.1:8787
  $ antiphon load --sessions 200 --tools slow
  $ antiphon load --door realtime
  $ antiphon load --door realtime --connections-per-second 100 --duration 20

With --sessions callers talk with the agent. Without, the door itself is measured: the microseconds
of reading an event and writing its answer, beside JSON.parse and JSON.stringify of the same bytes,
and the milliseconds from connecting to session.created, as connections come evenly and in bursts,
with how fast another session is answered meanwhile.

With --tools the bench agent’s turns call tools: of every kind (mixed), or four in five the one that
takes 5 s (slow). It is measured for the duration without and then with them: how late covers are
heard, what tools add beside their own time, and what they do to the turns of others.

Models and providers of the engines openai-realtime, gemini-live and cascade are local servers of
their protocols, in a process of their own, which is not counted as the server. They answer at once;
with --provider-delays hosted a cascade’s take as long as good hosted ones: 100 ms to the final
transcript, 150 to the first token, 80 to the first audio. One turn in three ends with a word that
was not known in the pause before it, so its answer cannot have been made ready; with
--finalizes-pauses it is known then, and so are all final words before their turn ends.

With --turn-detection provider the model finds the turns (engine openai-realtime), by the silence of
the agent as the server does with vad; without, the server finds them.

Without --url it starts the built server in a process of its own and stops it afterwards.
Exits with 0 when there were no errors, else with 1.
`;

const ANALYZE_EXAMPLES = `
Examples:
  $ antiphon analyze sess_…                  with the key in GEMINI_API_KEY
  $ antiphon analyze .antiphon/recordings/sess_…
  $ antiphon analyze sess_… --analyst openai --rubric house-rules.yaml
  $ antiphon analyze sess_… --analyst openai --url http://127.0.0.1:8000/v1 --model a-model-of-yours
  $ antiphon analyze sess_… --json | jq .overall
  $ ls .antiphon/recordings | xargs -n 1 antiphon analyze --json > analyses.jsonl

The call's sound and transcript are sent to the model with the rubric, and the result is kept as
analysis.json beside the recording. A question that was answered before is not paid for again.
Without --analyst it is the one of ANTIPHON_ANALYZE with its other variables, else gemini. Another
address than the vendor's is sent no key unless --key-variable names one.
Exits with 0 when there is an analysis, else with 1.
`;

/** How a run of the program is told and stopped. */
export interface ProgramOptions {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Whether the command did what was asked. */
  readonly onResult: (succeeded: boolean) => void;
}

/** The command line of `antiphon`. */
export function antiphonProgram(options: ProgramOptions): Command {
  const { terminal } = options;
  const program = new Command('antiphon')
    .description('Calls voice agents and checks or measures what comes of it.')
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    })
    .showHelpAfterError('Try --help.')
    .addHelpText('after', EXAMPLES);
  addCall(program, options);
  addLoad(program, options);
  addRecord(program, options);
  addAnalyze(program, options);
  return program;
}

function addCall(program: Command, { terminal, signal, onResult }: ProgramOptions): void {
  program
    .command('call')
    .description(
      'Plays a recorded caller against an agent in real time and checks the conversation.',
    )
    .argument('[agent]', 'the agent to call', 'acme-support')
    .option(
      '--scenario <name>',
      'the conversation to play; <agent>/<name> for one of another agent',
      'worked-example',
    )
    .option('--url <address>', 'the server', DEFAULT_SERVER_URL)
    .option('--key <key>', 'its API key (ANTIPHON_API_KEY, .antiphon/api-key)')
    .option('--voice-set <voice>', `the caller’s voice; "${ALL_VOICES}" for one call each`, 'hts')
    .option('--wav <file>', 'where to write the recording (.antiphon/calls/<session>.wav)')
    .option('--json', 'print one result for programs; everything else goes to stderr', false)
    .option('--quiet', 'print only what failed and the verdict', false)
    .addHelpText('after', CALL_EXAMPLES)
    .action(async (agent: string, given: Omit<CallCommand, 'agent'>) => {
      onResult(await runCallCommand({ ...given, agent }, terminal, signal));
    });
}

function addRecord(program: Command, { terminal, signal, onResult }: ProgramOptions): void {
  program
    .command('record-upstream')
    .description(
      'Stands between an agent and its Realtime model and writes down what they tell each other.',
    )
    .option('--url <address>', 'the model', 'wss://api.openai.com/v1/realtime')
    .requiredOption('--out <file>', 'a file that is not there yet; a line of JSON for each frame')
    .option(
      '--port <number>',
      'where agents connect; 0 picks a free one',
      wholeNumber(0, 65_535),
      0,
    )
    .action(async (given: RecordCommand) => {
      onResult(await runRecordCommand(given, terminal, signal));
    });
}

function addAnalyze(program: Command, { terminal, signal, onResult }: ProgramOptions): void {
  program
    .command('analyze')
    .description('Has a recorded call judged by a model that hears it, by a rubric.')
    .argument('<recording>', 'its folder, or the id of a session in .antiphon/recordings')
    .addOption(new Option('--analyst <name>', 'who judges').choices(ANALYSTS))
    .option('--model <name>', 'its model, one that hears audio')
    .option('--url <address>', 'the base of its API, where it is not the vendor’s')
    .option('--key-variable <name>', 'the variable that holds the key (GEMINI_API_KEY, …)')
    .option('--rubric <file>', 'what to judge by, YAML; docs/analysis.md shows one')
    .option('--again', 'ask although the same was asked before', false)
    .option('--json', 'print the analysis as JSON; everything else goes to stderr', false)
    .addHelpText('after', ANALYZE_EXAMPLES)
    .action(async (recording: string, given: Omit<AnalyzeCommand, 'recording'>) => {
      onResult(await runAnalyzeCommand({ ...given, recording }, terminal, signal));
    });
}

/** What `antiphon load` was given; with sessions it is one command, and without another. */
type LoadOptions = Omit<LoadCommand, 'sessions' | 'engine' | 'durationSeconds'> &
  Pick<DoorCommand, 'connectionsPerSecond'> & {
    readonly sessions?: number;
    readonly engine?: LoadCommand['engine'];
    readonly door?: DoorCommand['door'];
    readonly duration: number;
    /** True where no kind was said. */
    readonly tools?: ToolLoad | true;
  };

function addLoad(program: Command, { terminal, signal, onResult }: ProgramOptions): void {
  program
    .command('load')
    .description(
      'Drives many callers at once against a server, or measures a door of it; reports latency and cost.',
    )
    .option('--sessions <count>', 'callers at once', wholeNumber(1, MOST_SESSIONS))
    .addOption(new Option('--door <door>', 'how they come in').choices(DOORS))
    .addOption(new Option('--engine <engine>', 'what answers').choices(LOAD_ENGINES))
    .addOption(
      new Option('--provider-delays <delays>', 'of a cascade’s providers (none)')
        .choices(PROVIDER_DELAYS)
        .conflicts('door'),
    )
    .addOption(
      new Option('--finalizes-pauses', 'a cascade asks for final words in pauses').conflicts(
        'door',
      ),
    )
    .addOption(
      new Option('--turn-detection <mode>', 'what ends callers’ turns (as the agent has it)')
        .choices(TURN_DETECTIONS)
        .conflicts('door'),
    )
    .addOption(
      new Option('--tools [kinds]', 'callers’ turns call tools of the bench agent')
        .choices(TOOL_LOADS)
        .conflicts(['door', 'engine', 'turnDetection', 'providerDelays', 'finalizesPauses']),
    )
    .addOption(
      new Option('--connections-per-second <count>', 'of a door that is measured')
        .argParser(wholeNumber(1, MOST_CONNECTIONS_PER_SECOND))
        .default(50)
        .conflicts('sessions'),
    )
    .option('--duration <seconds>', 'measured time', wholeNumber(1, LONGEST_SECONDS), 30)
    .option('--voice-set <voice>', 'the callers’ voices (embedded)', ALL_VOICES)
    .option('--url <address>', 'a server that is running, instead of starting one')
    .option('--key <key>', 'its API key (ANTIPHON_API_KEY, .antiphon/api-key)')
    .option('--json', 'print one result for programs; everything else goes to stderr', false)
    .addHelpText('after', LOAD_EXAMPLES)
    .action(async (given: LoadOptions, load: Command) => {
      const { sessions, engine, door, duration, tools, ...others } = given;
      const command = { ...others, durationSeconds: duration };
      if (sessions !== undefined && tools !== undefined) {
        const kinds = tools === true ? 'mixed' : tools;
        const measured = { ...command, sessions, tools: kinds };
        onResult(await runToolCommand(measured, terminal, signal));
      } else if (sessions !== undefined && engine !== undefined) {
        onResult(await runLoadCommand({ ...command, sessions, engine }, terminal, signal));
      } else if (sessions === undefined && door !== undefined) {
        const measured = { ...command, door, engine: engine ?? 'stub' };
        onResult(await runDoorCommand(measured, terminal, signal));
      } else {
        load.error(
          'error: say --sessions and --engine, or --tools, for callers who talk, or --door to measure a door',
        );
      }
    });
}

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`);
  };
}
