import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { DEFAULT_TOOL_PHRASES } from '@antiphon/session';
import { AgentFolderError } from './agent-folder-error.ts';
import { loadAgentFolder, type LoadOptions } from './load-agent-folder.ts';
import { emptyDirectory, faultLines, PLAIN_AGENT, writtenFolder } from './written-folder.ts';

const agents = fileURLToPath(new URL('../../../apps/server/agents/', import.meta.url));

let directory = '';
let folders = 0;

beforeAll(async () => {
  directory = await emptyDirectory();
});

afterAll(() => rm(directory, { recursive: true }));

type Files = Readonly<Record<string, string | null>>;

function written(files: Files): Promise<string> {
  folders += 1;
  return writtenFolder(files, { directory, name: `agent-${folders}` });
}

async function loaded(files: Files) {
  return loadAgentFolder(await written(files));
}

async function faults(files: Files, options: LoadOptions = {}): Promise<string[]> {
  const folder = await written(files);
  const error: unknown = await loadAgentFolder(folder, options).catch((thrown: unknown) => thrown);
  if (!(error instanceof AgentFolderError)) throw new Error('the folder was loaded');
  expect(error.code).toBe('invalid_folder');
  return faultLines(error, folder);
}

describe('loadAgentFolder', () => {
  it('covers no answer that is long in coming where the agent says so', async () => {
    const { definition } = await loaded({
      'agent.yaml': `${PLAIN_AGENT}answerCoverAfterMs: null\n`,
    });
    expect(definition.config).not.toHaveProperty('answerCoverAfterMs');
  });

  it('fills in what agent.yaml leaves out', async () => {
    const { definition, tools } = await loaded({});
    expect(definition).toEqual({
      name: `agent-${folders}`,
      description: 'Says hello.',
      pipeline: 'embedded',
      detector: 'neural',
      config: {
        instructions: 'Say hello.',
        voice: 'slt',
        speed: 1,
        modality: 'audio',
        tools: [],
        toolChoice: 'auto',
        maxOutputTokens: null,
        temperature: null,
        turnDetection: {
          mode: 'vad',
          threshold: 0.5,
          prefixPaddingMs: 300,
          silenceDurationMs: 500,
          createsResponse: true,
          interruptsResponse: true,
        },
        greeting: null,
        covers: ['One moment.', 'Let me check.', 'Checking now.'],
        answerCoverAfterMs: 1_000,
        toolPhrases: DEFAULT_TOOL_PHRASES,
        keypad: 'open',
        listeningNoises: [],
        listeningAfterMs: 6_000,
        apology: 'Sorry, something went wrong on my side. Could you say that again?',
        farewell: "Thanks for calling. I'm putting you through now.",
      },
      reportFormatMismatch: false,
      dialogue: null,
    });
    expect(tools.size).toBe(0);
  });

  it('keeps what agent.yaml says', async () => {
    const { definition } = await loaded({
      'agent.yaml': `${PLAIN_AGENT}detector: energy
turnDetection: null
speed: 1.2
greeting: Hello there.
covers: [Just a moment.]
apology: Sorry.
farewell: Goodbye.
reportFormatMismatch: true
keypad: secure
onFailure: { endAfter: 3 }
tools:
  - name: show_map
    description: Shows a map.
    runs: client
    coverAfterMs: 0
    timeoutMs: 5000
  - name: transfer_to_human
    description: Passes the caller on.
    runs: session
`,
    });
    expect(definition.detector).toBe('energy');
    expect(definition.reportFormatMismatch).toBe(true);
    expect(definition.onFailure).toEqual({ endAfter: 3 });
    expect(definition.config).toMatchObject({
      turnDetection: null,
      speed: 1.2,
      greeting: 'Hello there.',
      covers: ['Just a moment.'],
      apology: 'Sorry.',
      farewell: 'Goodbye.',
      keypad: 'secure',
      tools: [
        {
          name: 'show_map',
          parameters: { type: 'object', properties: {}, additionalProperties: false },
          runs: 'client',
          coverAfterMs: 0,
          timeoutMs: 5000,
        },
        { name: 'transfer_to_human', runs: 'session', coverAfterMs: 500, timeoutMs: 60_000 },
      ],
    });
  });

  it('fills in the rest of a turn detection that is given in part', async () => {
    const { definition } = await loaded({
      'agent.yaml': `${PLAIN_AGENT}turnDetection: { silenceDurationMs: 200 }\n`,
    });
    expect(definition.config.turnDetection).toMatchObject({
      threshold: 0.5,
      silenceDurationMs: 200,
    });
  });

  it('makes listening noises where it says so', async () => {
    const { definition } = await loaded({
      'agent.yaml': PLAIN_AGENT.replace('backchannel: ignore', 'backchannel: emit'),
    });
    expect(definition.config.listeningNoises).toEqual(['Mm-hmm.']);
  });

  it('lets semantic turn detection wait for longer', async () => {
    const { definition } = await loaded({
      'agent.yaml': `${PLAIN_AGENT}turnDetection: { mode: semantic }\n`,
    });
    expect(definition.config.turnDetection).toMatchObject({
      mode: 'semantic',
      silenceDurationMs: 4_000,
    });
  });

  it('loads the agents that the server comes with', async () => {
    const acme = await loadAgentFolder(`${agents}acme-support`);
    expect(acme.definition.config.greeting).toBe(
      'Acme Software support, Alex speaking. What can I do for you?',
    );
    expect(acme.definition.dialogue?.start).toBe('welcome');
    expect(acme.tools.get('lookup_order')?.({ order_id: '4471' }, {} as never)).toEqual({
      order_id: '4471',
      status: 'shipped',
      expected_delivery: 'April 25',
      email: 'maria.carter@example.com',
    });
    expect(acme.tools.get('lookup_order')?.({ order_id: '1234' }, {} as never)).toEqual({
      found: false,
    });
    const cancel = (order: string) =>
      acme.tools.get('cancel_order')?.({ order_id: order }, {} as never);
    expect(cancel('4471')).toEqual({ order_id: '4471', status: 'cancelled' });
    expect(cancel('3308')).toEqual({ order_id: '3308', status: 'delivered' });
    expect(cancel('1234')).toEqual({ found: false });
    const bench = await loadAgentFolder(`${agents}stub-bench`);
    expect(bench.definition).toMatchObject({ pipeline: 'stub', detector: 'energy' });
    expect(bench.definition.config.greeting).toBeNull();
    expect([...bench.tools.keys()]).toEqual(bench.definition.config.tools.map(({ name }) => name));
  });
});

describe('a package of the support agent', () => {
  afterEach(() => void vi.useRealTimers());

  async function tracing(order: string) {
    vi.useFakeTimers();
    const { tools } = await loadAgentFolder(`${agents}acme-support`);
    const abort = new AbortController();
    const context = { signal: abort.signal, sessionId: 's', callId: 'c' };
    const result = tools.get('trace_package')?.({ order_id: order }, context) as Promise<unknown>;
    return { abort, result };
  }

  it('is found by the carrier, in time', async () => {
    const { result } = await tracing('4471');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await result).toEqual({
      order_id: '4471',
      location: 'Columbus, Ohio',
      last_scan: 'April 22',
      expected_delivery: 'April 25',
    });
  });

  it('is not asked for when nobody waits, and not when there is no such order', async () => {
    const { result, abort } = await tracing('4471');
    abort.abort();
    await expect(result).rejects.toThrow('The carrier was not waited for.');
    expect(vi.getTimerCount()).toBe(0);
    expect(await (await tracing('1234')).result).toEqual({ found: false });
  });
});

describe('loadAgentFolder, given a bad agent.yaml', () => {
  it('lists every fault with its place and what to do', async () => {
    expect(
      await faults({
        'agent.yaml': `description: ''
pipline: embedded
voice: slt
speed: fast
detector: neurol
turnDetection:
  treshold: 0.5
  silenceDurationMs: 20
backchannel: nod
greeting: ''
covers:
  - One moment.
  - Let me check that for you.
  - Acknowledging momentarily.
tools:
  - name: Lookup-Order
    description: Looks up an order.
  - description: Does something.
`,
      }),
    ).toEqual([
      'agent.yaml:1:14 "description" is empty. Write one line that says what the agent does.',
      'agent.yaml:1:1 "pipeline" is missing. Add "pipeline": the engine that answers, such as embedded.',
      'agent.yaml:4:8 "speed" is text; it must be a number. Change it or remove it.',
      'agent.yaml:5:11 "detector" is "neurol"; it must be neural or energy. Did you mean "neural"?',
      'agent.yaml:8:22 "turnDetection.silenceDurationMs" is 20; the least is 50. Change it or remove it.',
      'agent.yaml:7:3 unknown key "treshold". Did you mean "threshold"?',
      'agent.yaml:9:14 "backchannel" is "nod"; it must be ignore or emit. Write "backchannel: ignore", or "emit" for an agent that makes listening noises.',
      'agent.yaml:10:11 "greeting" is empty. Write what the agent says first, or null to wait for the caller.',
      'agent.yaml:16:11 "tools[0].name" is "Lookup-Order", which cannot be. Start with a lower-case letter; go on with letters, digits and underscores.',
      'agent.yaml:18:5 "tools[1].name" is missing. Add "name": a lower-case name such as lookup_order.',
      'agent.yaml:2:1 unknown key "pipline". Did you mean "pipeline"?',
      'agent.yaml:13:5 the cover "Let me check that for you." is longer than three words or a second. Use a short one such as "One moment.".',
      'agent.yaml:14:5 the cover "Acknowledging momentarily." is longer than three words or a second. Use a short one such as "One moment.".',
      'agent.yaml:16:11 the tool Lookup-Order has no file tools/Lookup-Order.ts. Write it, give the tool a "webhook", or say "runs: client" if the client runs the tool.',
    ]);
  });

  it('names the choice it wants about listening noises', async () => {
    expect(
      await faults({ 'agent.yaml': PLAIN_AGENT.replace('backchannel: ignore\n', '') }),
    ).toEqual([
      'agent.yaml:1:1 "backchannel" is missing. Write "backchannel: ignore", or "emit" for an agent that makes listening noises.',
    ]);
  });

  it.each([
    ['{ endAfter: 0 }', 'agent.yaml:5:24 "onFailure.endAfter" is 0; the least is 1.'],
    ['{ endAfter: 21 }', 'agent.yaml:5:24 "onFailure.endAfter" is 21; the most is 20.'],
    ['{ endAfter: soon }', 'agent.yaml:5:24 "onFailure.endAfter" is text; it must be a number.'],
    ['{}', 'agent.yaml:5:1 "onFailure.endAfter" is missing.'],
  ])('says after how many failures a call may end: not %s', async (onFailure, reason) => {
    const text = `${PLAIN_AGENT}onFailure: ${onFailure}\n`;
    expect(await faults({ 'agent.yaml': text })).toEqual([
      `${reason} Write how many failed answers in a row end the call, 1 to 20, or leave out onFailure to go on.`,
    ]);
  });

  it('points into YAML that does not parse', async () => {
    expect(await faults({ 'agent.yaml': 'description: "one\npipeline: [a\n' })).toEqual([
      expect.stringMatching(/^agent\.yaml:\d+:\d+ this is not valid YAML: .*Check the indentation/),
    ]);
    expect(await faults({ 'agent.yaml': `${PLAIN_AGENT}voice: rms\n` })).toEqual([
      'agent.yaml:5:1 this is not valid YAML: map keys must be unique. Check the indentation, quotes and colons here.',
    ]);
  });

  it('refuses a file that is no mapping', async () => {
    expect(await faults({ 'agent.yaml': '- embedded\n' })).toEqual([
      'agent.yaml:1:1 the file is a list; it must be a mapping. Change it or remove it.',
    ]);
  });

  it('checks the pipeline when it knows which there are', async () => {
    expect(
      await faults(
        { 'agent.yaml': PLAIN_AGENT.replace('embedded', 'embeded') },
        { pipelines: ['stub', 'embedded'] },
      ),
    ).toEqual(['agent.yaml:2:11 there is no pipeline "embeded". Did you mean "embedded"?']);
  });

  it('says which files are missing, empty or misnamed', async () => {
    expect(
      await faults({ 'agent.yaml': null, 'instructions.md': ' \n', 'dialog.yaml': 'start: x\n' }),
    ).toEqual([
      'dialog.yaml:1:1 "dialog.yaml" is not read. Rename it to dialogue.yaml.',
      'agent.yaml:1:1 there is no agent.yaml. Write it. Start with description, pipeline, voice, backchannel.',
      'instructions.md:1:1 the file is empty. Say who the agent is.',
    ]);
    expect(await faults({ 'instructions.md': null })).toEqual([
      'instructions.md:1:1 there is no instructions.md. Write it. Say who the agent is.',
    ]);
  });

  it('refuses a folder whose name cannot name an agent', async () => {
    const folder = await writtenFolder({}, { directory, name: 'My Agent' });
    await expect(loadAgentFolder(folder)).rejects.toThrow(
      /My Agent:1:1 "My Agent" cannot be the name of an agent. Rename the folder/,
    );
  });

  it('finds what is wrong between the settings of tools', async () => {
    expect(
      await faults({
        'agent.yaml': `${PLAIN_AGENT}tools:
  - name: show
    description: Shows it.
    runs: client
    timeoutMs: 400
  - name: show
    description: Shows it again.
    runs: session
`,
      }),
    ).toEqual([
      'agent.yaml:9:16 timeoutMs is 400, no more than coverAfterMs, 500. Let a call run longer than that.',
      'agent.yaml:12:11 the session cannot run "show". Only transfer_to_human runs there; write "runs: server" or "runs: client".',
      'agent.yaml:10:11 there are two tools named "show". Rename or remove one.',
    ]);
  });

  it('finds what is wrong in the JSON Schema of a tool', async () => {
    const toolWith = (parameters: string) => ({
      'agent.yaml': `${PLAIN_AGENT}tools:
  - name: show
    description: Shows it.
    runs: client
    parameters:
${parameters}
`,
    });
    expect(await faults(toolWith('      type: array'))).toEqual([
      'agent.yaml:10:13 parameters do not describe an object. Write "type: object" and list the arguments as properties.',
    ]);
    expect(
      await faults(
        toolWith(`      type: object
      properties:
        order_id: { type: text }
      required: order_id`),
      ),
    ).toEqual([
      'agent.yaml:13:17 required is no valid JSON Schema: it must be array. See the JSON Schema draft 7 for what can stand here.',
      'agent.yaml:12:27 type is no valid JSON Schema: it must be equal to one of the allowed values. Use one of array, boolean, integer, null, number, object, string.',
    ]);
    expect(
      await faults(toolWith('      type: object\n      propertys:\n        order_id: {}')),
    ).toEqual([
      'agent.yaml:11:7 "propertys" is no keyword of JSON Schema. Correct it; every keyword of draft 7 is known.',
    ]);
  });
});
