import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentFolderError } from './agent-folder-error.ts';
import { loadAgentFolder } from './load-agent-folder.ts';
import { emptyDirectory, faultLines, PLAIN_AGENT, writtenFolder } from './written-folder.ts';

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

async function faults(files: Files): Promise<string[]> {
  const folder = await written(files);
  const error: unknown = await loadAgentFolder(folder).catch((thrown: unknown) => thrown);
  if (!(error instanceof AgentFolderError)) throw new Error('the folder was loaded');
  expect(error.code).toBe('invalid_folder');
  return faultLines(error, folder);
}

const LOOKUP_TOOL = `tools:
  - name: lookup_order
    description: Looks up an order.
    parameters:
      type: object
      properties:
        order_id: { type: string }
      required: [order_id]
`;

describe('the tools of an agent folder', () => {
  const agent = PLAIN_AGENT + LOOKUP_TOOL;

  it('loads a tool written in TypeScript with what it imports', async () => {
    const { tools } = await loaded({
      'agent.yaml': agent,
      'tools/lookup-order.ts': `import { statusOf, type Status } from './orders/status.ts';
interface Args { readonly order_id: string }
export default async function lookupOrder({ order_id }: Args): Promise<{ status: Status }> {
  return { status: statusOf(order_id) };
}
`,
      'tools/orders/status.ts': `export type Status = 'sent' | 'lost';
export const statusOf = (id: string): Status => (id === '1' ? 'sent' : 'lost');
`,
      'tools/lookup-order.test.ts': 'throw new Error("tests are not tools");\n',
    });
    const context = { signal: new AbortController().signal, sessionId: 's', callId: 'c' };
    expect(await tools.get('lookup_order')?.({ order_id: '1' }, context)).toEqual({
      status: 'sent',
    });
  });

  it.each(['.js', '.mjs', '.mts'])('loads a tool from a file ending in %s', async (ending) => {
    const { tools } = await loaded({
      'agent.yaml': agent,
      [`tools/lookup-order${ending}`]: 'export default () => "found";\n',
    });
    expect(tools.get('lookup_order')?.({}, {} as never)).toBe('found');
  });

  it('misses the file of a tool and the tool of a file', async () => {
    expect(
      await faults({ 'agent.yaml': agent, 'tools/lookup-ordr.ts': 'export default () => 1;\n' }),
    ).toEqual([
      'agent.yaml:6:11 the tool lookup_order has no file tools/lookup-order.ts. Write it, give the tool a "webhook", or say "runs: client" if the client runs the tool.',
      'tools/lookup-ordr.ts:1:1 agent.yaml has no tool "lookup_ordr" that the server runs. Should the file be called lookup-order? Else add the tool.',
    ]);
    expect(await faults({ 'tools/weather.ts': 'export default () => 1;\n' })).toEqual([
      'tools/weather.ts:1:1 agent.yaml has no tool "weather" that the server runs. Add it to "tools" or move the file into a folder of tools/.',
    ]);
  });

  it('refuses two files for one tool', async () => {
    const text = 'export default () => 1;\n';
    expect(
      await faults({
        'agent.yaml': agent,
        'tools/lookup-order.ts': text,
        'tools/lookup-order.mjs': text,
      }),
    ).toEqual([
      'agent.yaml:6:11 the tool lookup_order has 2 files: lookup-order.mjs, lookup-order.ts. Keep one of them.',
    ]);
  });

  it.each([
    [
      'export const lookupOrder = 1;\n',
      '1:1 the file has no function as its default export. Write "export default function" before the tool.',
    ],
    [
      'export default function lookup(args: string) {\n  return 1 +;\n}\n',
      '2:13 the file does not parse: Unexpected ";". Correct the syntax there.',
    ],
    [
      "type Id = string;\nimport { x } from './nowhere.ts';\nexport default () => x as Id;\n",
      '2:22 it imports tools/nowhere.ts, which is not there. Correct the import or install the package.',
    ],
  ])('points to what is wrong in a file: %j', async (text, fault) => {
    expect(await faults({ 'agent.yaml': agent, 'tools/lookup-order.ts': text })).toEqual([
      `tools/lookup-order.ts:${fault}`,
    ]);
  });

  it('points to the line that fails when a file is loaded', async () => {
    const folder = await written({
      'agent.yaml': agent,
      'tools/lookup-order.ts': `interface Config { readonly key: string }

const config = undefined as unknown as Config;
const key: string = config.key;
export default () => key;
`,
    });
    // A process of its own, because the test runner reads stacks in its own way.
    const loaderUrl = new URL('./load-agent-folder.ts', import.meta.url).href;
    const program = `import { loadAgentFolder } from ${JSON.stringify(loaderUrl)};
await loadAgentFolder(${JSON.stringify(folder)}).catch((error) => console.log(error.message));`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--conditions=antiphon-source',
      '--import=tsx',
      '--input-type=module',
      `--eval=${program}`,
    ]);
    expect(stdout).toContain(
      `${folder}/tools/lookup-order.ts:4:28 the file fails when it is loaded: ` +
        "Cannot read properties of undefined (reading 'key'). Do in the function what can fail.",
    );
  });

  it('refuses a file that Node would not read as an ES module', async () => {
    const lines = await faults({
      'agent.yaml': agent,
      'package.json': '{}\n',
      'tools/lookup-order.ts': 'export default () => 1;\n',
    });
    expect(lines).toEqual([
      'tools/lookup-order.ts:1:1 tools/lookup-order.ts is not read as an ES module. Give it the ending .mts or .mjs, or put {"type": "module"} in a package.json above.',
    ]);
  });
});
