import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_TOOL_PHRASES } from '@antiphon/session';
import { AgentFolderError } from './agent-folder-error.ts';
import { loadAgentFolder, type LoadOptions } from './load-agent-folder.ts';
import { emptyDirectory, faultLines, PLAIN_AGENT, writtenFolder } from './written-folder.ts';

let directory = '';
let folders = 0;

beforeAll(async () => {
  directory = await emptyDirectory();
});

afterAll(() => rm(directory, { recursive: true }));

type Files = Readonly<Record<string, string | null>>;

const PARAMETERS = `    parameters:
      type: object
      properties: { order_id: { type: string }, note: { type: string } }
      required: [order_id]
`;

/** A folder with one tool, whose lines are given; they begin at line 13. */
function toolWith(lines: string, files: Files = {}): Files {
  const indented = lines.replaceAll(/^/gm, '    ');
  return {
    'agent.yaml': `${PLAIN_AGENT}\ntools:\n  - name: cancel\n    description: Cancels.\n${PARAMETERS}${indented}\n`,
    'tools/cancel.ts': 'export default () => 1;\n',
    ...files,
  };
}

function written(files: Files): Promise<string> {
  folders += 1;
  return writtenFolder(files, { directory, name: `agent-${folders}` });
}

async function loaded(files: Files, options: LoadOptions = {}) {
  return loadAgentFolder(await written(files), options);
}

async function faults(files: Files, options: LoadOptions = {}): Promise<string[]> {
  const folder = await written(files);
  const error: unknown = await loadAgentFolder(folder, options).catch((thrown: unknown) => thrown);
  if (!(error instanceof AgentFolderError)) throw new Error('the folder was loaded');
  return faultLines(error, folder);
}

describe('the definition of a tool', () => {
  it('says where it runs, what it does and what is asked before', async () => {
    const { definition } = await loaded(
      toolWith(
        `run: queued
effect: none
confirm: verbal
readBack: '[Cancel order {order_id}]. Shall I?'
coverAfterMs: 300
covers: [Asking them.]
deadlineMs: 5000
timeoutMs: 40000
contactField: email`,
        { 'follow-ups/cancel.md': 'Subject: Order {order_id}\n\nIt is {result.status}.\n' },
      ),
    );
    expect(definition.config.tools).toEqual([
      {
        name: 'cancel',
        description: 'Cancels.',
        parameters: {
          type: 'object',
          properties: { order_id: { type: 'string' }, note: { type: 'string' } },
          required: ['order_id'],
        },
        runs: 'server',
        run: 'queued',
        effect: 'none',
        confirm: 'verbal',
        readBack: '[Cancel order {order_id}]. Shall I?',
        coverAfterMs: 300,
        covers: ['Asking them.'],
        deadlineMs: 5_000,
        timeoutMs: 40_000,
        followUp: { subject: 'Order {order_id}', body: 'It is {result.status}.' },
        contactField: 'email',
      },
    ]);
  });

  it('is of a plain tool where it says nothing', async () => {
    const { definition } = await loaded(toolWith('runs: server'));
    expect(definition.config.tools[0]).toMatchObject({
      run: 'inline',
      effect: 'at_most_once',
      confirm: 'none',
      readBack: null,
      coverAfterMs: 500,
      covers: [],
      deadlineMs: 8_000,
      timeoutMs: 60_000,
      followUp: null,
      contactField: null,
    });
  });

  it.each([
    [
      'confirm: verbal',
      '13:14 "confirm: verbal" has no read-back to say yes to. Add "readBack", such as "[Cancel order {order_id}]. Shall I?".',
    ],
    [
      'readBack: "[Cancel it]. Shall I?"',
      '13:15 the read-back is never said: the tool asks for no consent. Add "confirm: verbal" or "confirm: dtmf", or remove it.',
    ],
    [
      'confirm: verbal\nreadBack: Shall I?',
      '14:15 no part of the read-back is in brackets. Bracket what the caller must have heard before saying yes, such as "[Cancel order {order_id}]. Shall I?".',
    ],
    [
      'confirm: verbal\nreadBack: "[Cancel] [order {order_id}]. Shall I?"',
      '14:15 2 parts of the read-back are in brackets. Bracket one part: the action and its key detail.',
    ],
    [
      'confirm: verbal\nreadBack: "Order [{order_id}]. Shall I?"',
      '14:22 [{order_id}] names no action. Write in it what will be done, such as "[Cancel order {order_id}]. Shall I?".',
    ],
    [
      'confirm: verbal\nreadBack: "[Cancel it. Shall I?"',
      '14:16 a "[" has no counterpart. Write the part as [words], without brackets in it.',
    ],
    [
      'confirm: verbal\nreadBack: "[Cancel order {order_it}]. Shall I?"',
      '14:30 cancel has no argument "order_it". Did you mean "order_id"?',
    ],
    [
      'confirm: verbal\nreadBack: "[Cancel it, {note}]. Shall I?"',
      '14:28 {note} may be missing from a call, and then nothing can be read back. List "note" under "required" of the parameters.',
    ],
    [
      'confirm: dtmf\nreadBack: "[Cancel order {order_id}]. Shall I?"',
      '14:15 the read-back does not say what to press. End it with "Press one to go ahead." or the like.',
    ],
    [
      'confirm: yes',
      '13:14 "tools[0].confirm" is "yes"; it must be none or verbal or dtmf. Known are none, verbal, dtmf.',
    ],
  ])('asks for consent that can be given: %s', async (lines, fault) => {
    expect(await faults(toolWith(lines))).toEqual([`agent.yaml:${fault}`]);
  });

  it('may tell the caller to press 1', async () => {
    const { definition } = await loaded(
      toolWith('confirm: dtmf\nreadBack: "[Cancel order {order_id}]: press 1 to go ahead."'),
    );
    expect(definition.config.tools[0]).toMatchObject({ confirm: 'dtmf' });
  });

  it.each([
    [
      'deadlineMs: 60000',
      '13:17 deadlineMs is 60000, no less than timeoutMs, 60000. Offer the e-mail while the call still has time to end.',
    ],
    [
      'deadlineMs: 500',
      '13:17 deadlineMs is 500, no more than coverAfterMs, 500. Let a cover be heard before the e-mail is offered.',
    ],
    [
      'covers: [Let me ask the carrier.]',
      '13:14 the cover "Let me ask the carrier." is longer than three words or a second. Use a short one such as "One moment.".',
    ],
    [
      'runs: client\nrun: queued',
      '14:10 cancel cannot be queued: it runs at the client. Remove "run", or write "runs: server".',
    ],
  ])('waits in the order of the ladder, where it can: %s', async (lines, fault) => {
    const files = lines.startsWith('runs: client') ? { 'tools/cancel.ts': null } : {};
    expect(await faults(toolWith(lines, files))).toEqual([`agent.yaml:${fault}`]);
  });

  it('has a deadline before its end where an e-mail is to be offered', async () => {
    const followUp = { 'follow-ups/cancel.md': 'Subject: Done\n\nDone.\n' };
    expect(await faults(toolWith('timeoutMs: 5000', followUp))).toEqual([
      'agent.yaml:13:16 deadlineMs is 8000, no less than timeoutMs, 5000. Offer the e-mail while the call still has time to end.',
    ]);
    const { definition } = await loaded(toolWith('timeoutMs: 5000'));
    expect(definition.config.tools[0]?.timeoutMs).toBe(5_000);
  });

  it('asks for no consent and sends no e-mail where the session hands the caller on', async () => {
    expect(
      await faults({
        'agent.yaml': `${PLAIN_AGENT}tools:
  - name: transfer_to_human
    description: Passes the caller on.
    runs: session
    run: queued
    confirm: verbal
    readBack: '[Transfer you]. Shall I?'
`,
        'follow-ups/transfer-to-human.md': 'Subject: Done\n\nDone.\n',
      }),
    ).toEqual([
      'agent.yaml:9:10 transfer_to_human cannot be queued: it runs at the session. Remove "run", or write "runs: server".',
      'agent.yaml:10:14 transfer_to_human runs in the session, which asks for no consent. Remove "confirm"; the agent asks in its own words before it hands over.',
      'agent.yaml:8:11 transfer_to_human runs in the session and has no answer to send. Remove its follow-up file.',
    ]);
  });

  it('sends no e-mail for what the client runs', async () => {
    expect(
      await faults({
        'agent.yaml': `${PLAIN_AGENT}tools:
  - name: trace
    description: Traces.
    runs: client
`,
        'follow-ups/trace.md': 'Subject: Done\n\nDone.\n',
      }),
    ).toEqual([
      'agent.yaml:8:11 trace runs at the client, whose answer is lost when it hangs up. Remove its follow-up file, or write "runs: server".',
    ]);
  });
});

describe('what the session says around tools', () => {
  it('is said in the usual words where the agent has none of its own', async () => {
    const { definition } = await loaded({
      'agent.yaml': `${PLAIN_AGENT}toolPhrases:
  progress: [Bear with me.]
  addressCheck: Is {address} right?
`,
    });
    expect(definition.config.toolPhrases).toEqual({
      ...DEFAULT_TOOL_PHRASES,
      progress: ['Bear with me.'],
      addressCheck: 'Is {address} right?',
    });
  });

  it('is refused where it could not be said', async () => {
    expect(
      await faults({
        'agent.yaml': `${PLAIN_AGENT}toolPhrases:
  progress: [Please bear with me a moment.]
  offer: Shall I mail {result.status}?
  addressCheck: Is that right?
  adressAsk: Which one?
`,
      }),
    ).toEqual([
      'agent.yaml:9:3 unknown key "adressAsk". Did you mean "addressAsk"?',
      'agent.yaml:6:14 the progress line "Please bear with me a moment." is longer than three words or a second. Use a short one such as "One moment.".',
      'agent.yaml:7:23 nothing is known for {result.status} here. There are none to choose from.',
      'agent.yaml:8:17 the caller could not hear which address is meant. Put {address} where the address is said.',
    ]);
  });
});

describe('the webhook of a tool', () => {
  const NO_FILE = { 'tools/cancel.ts': null };

  it('stands in place of a file', async () => {
    const { webhooks, tools } = await loaded(
      toolWith(
        'effect: idempotent\nwebhook:\n  url: https://crm.example.com/x?y=1\n  headers: { authorization: "Bearer ${CRM_TOKEN}" }',
        NO_FILE,
      ),
      { variables: (name) => (name === 'CRM_TOKEN' ? 'secret' : undefined) },
    );
    expect(tools.size).toBe(0);
    expect(webhooks.get('cancel')).toEqual({
      url: 'https://crm.example.com/x?y=1',
      headers: { authorization: 'Bearer ${CRM_TOKEN}' },
      tryTimeoutMs: 10_000,
      retries: 2,
    });
  });

  it('is tried once where a second time may do harm', async () => {
    const { webhooks } = await loaded(
      toolWith('webhook: { url: http://crm.example.com }', NO_FILE),
    );
    expect(webhooks.get('cancel')?.retries).toBe(0);
  });

  it.each([
    [
      'webhook: { url: https://a.example, retries: 1 }',
      '13:49 the tool does not say what running it twice does, so it cannot be tried again. Write "effect: none" or "effect: idempotent" if that holds, or remove it.',
    ],
    [
      'effect: at_most_once\nwebhook: { url: https://a.example, retries: 1 }',
      '14:49 a tool with "effect: at_most_once" is never tried again. Write "effect: none" or "effect: idempotent" if that holds, or remove it.',
    ],
    [
      'webhook: { url: crm.example.com/x }',
      '13:21 "crm.example.com/x" is no address. Write the whole address, such as https://crm.example.com/orders.',
    ],
    [
      'webhook: { url: "file:///etc/passwd" }',
      '13:21 "file:" is not called by webhooks. Write the whole address, such as https://crm.example.com/orders.',
    ],
    [
      'webhook: { url: "https://me:secret@crm.example.com" }',
      `13:21 the address holds a name or a password. Put them into a header: authorization: 'Basic \${CRM_LOGIN}'.`,
    ],
    [
      'webhook: { url: https://a.example, headers: { x-key: "${NOT_THERE}" } }',
      '13:59 the environment variable NOT_THERE is not set. Set it before the start.',
    ],
    [
      'webhook: { url: https://a.example, headers: { x-key: "${}" } }',
      '13:59 a "${" has no name after it. Write ${VARIABLE}.',
    ],
    [
      'webhook: { url: https://a.example, headers: { Host: b } }',
      '13:51 a call sets "Host" itself. Remove it.',
    ],
    [
      'webhook: { url: https://a.example, headers: { "x key": b } }',
      '13:51 "x key" cannot name a header. Use letters, digits and hyphens.',
    ],
    [
      'timeoutMs: 9000\nwebhook: { url: https://a.example, tryTimeoutMs: 9001 }',
      '14:54 tryTimeoutMs is 9001, more than timeoutMs, 9000. A try cannot last longer than the call it belongs to.',
    ],
    [
      'runs: client\nwebhook: { url: https://a.example }',
      '14:5 cancel has a webhook but runs at the client. Remove the webhook, or write "runs: server".',
    ],
  ])('is refused where it could not be called: %s', async (lines, fault) => {
    const variables = (): undefined => undefined;
    expect(await faults(toolWith(lines, NO_FILE), { variables })).toEqual([`agent.yaml:${fault}`]);
  });

  it('does not stand beside a file', async () => {
    expect(await faults(toolWith('webhook: { url: https://a.example }'))).toEqual([
      'agent.yaml:13:5 the tool cancel has a webhook and the file tools/cancel.ts. Keep one of them.',
    ]);
  });
});

describe('the e-mail that brings the answer of a tool', () => {
  it.each([
    [
      'Hello.\n\nDone.\n',
      '1:1 there is no subject. Begin with "Subject: …", and write the e-mail below.',
    ],
    [
      'Subject: Done\n\n',
      '2:1 the e-mail is empty. Begin with "Subject: …", and write the e-mail below.',
    ],
    [
      `Subject: ${'x'.repeat(121)}\n\nDone.\n`,
      '1:1 the subject has 121 characters; the most is 120. Say the rest in the e-mail.',
    ],
    [
      'Subject: Done\n\nAll of\n{order_it} is done.\n',
      `4:1 {order_it} is neither an argument of cancel nor of its result. Did you mean "order_id"? A result's field is {result.field}.`,
    ],
    [
      'Subject: Order {order_id\n\nDone.\n',
      '1:16 a "{" has no counterpart. Write a gap as {name}, without spaces or braces in it.',
    ],
  ])('is refused where it could not be sent: %j', async (text, fault) => {
    expect(await faults(toolWith('runs: server', { 'follow-ups/cancel.md': text }))).toEqual([
      `follow-ups/cancel.md:${fault}`,
    ]);
  });

  it('belongs to a tool', async () => {
    const text = 'Subject: Done\n\nDone.\n';
    expect(
      await faults(
        toolWith('runs: server', { 'follow-ups/cancle.md': text, 'follow-ups/weather.md': text }),
      ),
    ).toEqual([
      'follow-ups/cancle.md:1:1 it belongs to no tool of agent.yaml. Should the file be called cancel.md?',
      'follow-ups/weather.md:1:1 it belongs to no tool of agent.yaml. Name it after a tool: follow-ups/trace-package.md for trace_package.',
    ]);
  });

  it('may have any field of the result, and Windows line ends', async () => {
    const { definition } = await loaded(
      toolWith('runs: server', {
        'follow-ups/cancel.md': 'Subject: {result}\r\n\r\nIt is\r\n{result.place.city}.\r\n',
      }),
    );
    expect(definition.config.tools[0]?.followUp).toEqual({
      subject: '{result}',
      body: 'It is\n{result.place.city}.',
    });
  });
});
