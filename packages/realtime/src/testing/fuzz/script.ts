import fc from 'fast-check';
import type { ClientStep, ScriptedEvent } from './client-frames.ts';
import { eventShapesOf } from './event-shapes.ts';
import { textsUpTo, valuesOf } from './shape-values.ts';
import type { WorldMove, WorldStep } from './world.ts';

/** A client's life: how it connects, and what it and everything around it do. */
export interface Script {
  readonly dialect: 'ga' | 'beta';
  readonly greets: boolean;
  readonly sessionType: 'realtime' | 'transcription';
  readonly steps: readonly (ClientStep | WorldStep)[];
}

const EVENT_IDS = ['e1', 'e2', 'e3', '', 'ü😀\u0000"\\', '\ud83d', '__proto__', 'x'.repeat(512)];

const eventIds = fc.oneof(
  fc.constantFrom<string | null | undefined>(undefined, undefined, null),
  fc.constantFrom(...EVENT_IDS),
);

/** Names that are no client event, and values that are no name. */
const NO_TYPES = [
  undefined,
  null,
  7,
  {},
  [],
  true,
  '',
  'scooby.dooby.doo',
  'session.created',
  'response.done',
  'constructor',
  '__proto__',
  'hasOwnProperty',
  'SESSION.UPDATE',
  'session.update ',
  'x'.repeat(5_000),
];
const NO_EVENT_IDS = [7, true, {}, [], 'x'.repeat(513)];

const deep = (levels: number, inner = '1') => `${'['.repeat(levels)}${inner}${']'.repeat(levels)}`;

/** Texts of which most are no event; some are, in an odd way. */
const ODD_TEXTS = [
  '',
  ' ',
  'null',
  '"response.create"',
  '[]',
  '{}',
  'NaN',
  "{'type':'response.create'}",
  '{"type":"response.create"',
  '{"type":"response.create"}}',
  '{"type":"response.create"}{"type":"response.create"}',
  '{"type":"response.create",}',
  '{"type":response.create}',
  '\ufeff{"type":"response.cancel"}',
  '{"type":"input_audio_buffer.append","audio":"AAAA',
  '\u0000',
  '[{"type":"response.create"}]',
  '{"__proto__":{"type":"response.create"}}',
  '{"constructor":{"prototype":{"type":"response.create"}}}',
  '{"type":"nothing","event_id":1e999}',
  deep(2_000),
  `{"a":${deep(2_000)}}`,
  '['.repeat(2_000),
  `{"type":"nothing","event_id":"odd","a":${deep(1_000)}}`,
];

const GARBAGE = ['"', '{', '}', ',', ':', '\\', '\u0000', '0', '-', 'e', 'é', '\ud83d'];

const MOVES: readonly (readonly [WorldMove, number])[] = [
  ['wait', 8],
  ['startSpeech', 3],
  ['stopSpeech', 4],
  ['speak', 8],
  ['callTool', 3],
  ['callOwnTool', 1],
  ['endGeneration', 8],
  ['moveAside', 3],
  ['settleTool', 3],
];

const worldSteps: fc.Arbitrary<WorldStep> = fc.record(
  {
    do: fc.constant('world' as const),
    move: fc.constantFrom(
      // So rare that most sessions live to the end of their script.
      ...Array.from({ length: 40 }, () =>
        MOVES.flatMap(([move, weight]) => Array.from({ length: weight }, () => move)),
      ).flat(),
      'handOff' as const,
    ),
    amount: fc.integer({ min: 0, max: 70 }),
  },
  { noNullPrototype: true },
);

function eventsOf(dialect: 'ga' | 'beta'): fc.Arbitrary<ScriptedEvent> {
  return fc.oneof(
    ...eventShapesOf(dialect).map(({ members, weight }, of) => ({
      weight,
      arbitrary: fc.record(
        {
          of: fc.constant(of),
          members: valuesOf(members) as fc.Arbitrary<Record<string, unknown>>,
          eventId: eventIds,
        },
        { noNullPrototype: true },
      ),
    })),
  );
}

function clientSteps(dialect: 'ga' | 'beta'): fc.Arbitrary<ClientStep> {
  const event = eventsOf(dialect);
  const index = fc.nat(100_000);
  const step = <Step extends ClientStep>(
    weight: number,
    model: { [Key in keyof Step]: fc.Arbitrary<Step[Key]> },
  ) => ({
    weight,
    arbitrary: fc.record(model, { noNullPrototype: true }) as unknown as fc.Arbitrary<ClientStep>,
  });
  return fc.oneof(
    step<ClientStep & { do: 'send' }>(44, { do: fc.constant('send'), event }),
    step<ClientStep & { do: 'break' }>(26, {
      do: fc.constant('break'),
      event,
      at: index,
      second: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, index),
    }),
    step<ClientStep & { do: 'mislabel' }>(4, {
      do: fc.constant('mislabel'),
      event,
      label: fc.constant('type'),
      value: fc.constantFrom(...NO_TYPES),
    }),
    step<ClientStep & { do: 'mislabel' }>(2, {
      do: fc.constant('mislabel'),
      event,
      label: fc.constant('event_id'),
      value: fc.constantFrom(...NO_EVENT_IDS),
    }),
    step<ClientStep & { do: 'cut' }>(4, {
      do: fc.constant('cut'),
      event,
      share: fc.double({ min: 0, max: 0.999, noNaN: true }),
    }),
    step<ClientStep & { do: 'garble' }>(4, {
      do: fc.constant('garble'),
      event,
      at: index,
      char: fc.constantFrom(...GARBAGE),
    }),
    step<ClientStep & { do: 'text' }>(6, {
      do: fc.constant('text'),
      text: fc.oneof(fc.constantFrom(...ODD_TEXTS), textsUpTo(40), fc.json({ maxDepth: 3 })),
    }),
    step<ClientStep & { do: 'binary' }>(2, { do: fc.constant('binary') }),
    step<ClientStep & { do: 'again' }>(8, {
      do: fc.constant('again'),
      back: fc.integer({ min: 0, max: 5 }),
    }),
  );
}

/** A short conversation, of which clients mix up the order. */
const CONVERSATION: readonly (readonly [type: string, members: Record<string, unknown>])[] = [
  ['session.update', { session: { type: 'realtime', instructions: 'Be brief.' } }],
  ['input_audio_buffer.append', { audio: '→audio:9600' }],
  ['input_audio_buffer.commit', {}],
  [
    'conversation.item.create',
    { item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] } },
  ],
  ['response.create', {}],
  [
    'conversation.item.create',
    { item: { type: 'function_call_output', call_id: '→call:0', output: '{}' } },
  ],
  ['response.create', {}],
  ['conversation.item.truncate', { item_id: '→agent:0', content_index: 0, audio_end_ms: 200 }],
  ['conversation.item.retrieve', { item_id: '→agent:0' }],
  ['response.cancel', {}],
];

function mixedUp(dialect: 'ga' | 'beta'): fc.Arbitrary<ClientStep[]> {
  const shapes = eventShapesOf(dialect);
  return fc.shuffledSubarray([...CONVERSATION], { minLength: 4 }).map((events) =>
    events.map(([type, members]) => {
      const of = shapes.findIndex((shape) => shape.type === type);
      return { do: 'send', event: { of, members, eventId: 'mixed' } };
    }),
  );
}

/** Scripts of about so many steps at most, of clients that connect in this dialect. */
export function scriptsOf(dialect: 'ga' | 'beta', maxSteps: number): fc.Arbitrary<Script> {
  const alone = fc.oneof(
    { weight: 3, arbitrary: clientSteps(dialect) },
    { weight: 1, arbitrary: worldSteps },
  );
  const steps = fc.oneof(
    { weight: 99, arbitrary: alone.map((step) => [step]) },
    { weight: 1, arbitrary: mixedUp(dialect) },
  );
  return fc.record(
    {
      dialect: fc.constant(dialect),
      greets: fc.boolean(),
      sessionType: fc.constantFrom(
        ...Array.from({ length: 11 }, () => 'realtime' as const),
        'transcription' as const,
      ),
      steps: fc
        .array(steps, { minLength: 1, maxLength: maxSteps, size: 'max' })
        .map((parts) => parts.flat()),
    },
    { noNullPrototype: true },
  );
}
