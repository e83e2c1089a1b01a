import { describe, expect, it } from 'vitest';
import { dialogueFaults, type KnownTools } from './dialogue-faults.ts';
import { dialogueSchema } from './dialogue-schema.ts';
import { distinctFaults } from './distinct-faults.ts';
import { readBySchema } from './schema-faults.ts';
import { YamlSource } from './yaml-source.ts';

const TOOLS: KnownTools = new Map([
  [
    'lookup_order',
    {
      type: 'object',
      properties: { order_id: { type: 'string' }, locale: { type: 'string' } },
      required: ['order_id'],
    },
  ],
]);

const SOUND = `slots:
  order_id: { kind: digits, minLength: 4, maxLength: 5 }
  size: { kind: choice, values: [small, large] }
intents:
  number: { examples: ['[it is] {order_id}'] }
  hello: { examples: [hello] }
start: welcome
unclear: [Sorry?]
anywhere:
  hello: { say: [Hello.] }
stages:
  welcome:
    on:
      number: &lookup
        say: [One moment.]
        set: { topic: order }
        call:
          tool: lookup_order
          arguments: { order_id: '{order_id}' }
          results:
            - when: { found: true }
              say: ['It comes on {result.date}, about your {topic}.']
              goto: found
          failed: { repeat: true }
  found:
    on:
      hello: { say: ['Hello. It comes on {result.date}.'] }
      number: *lookup
    unclear: ['It comes on {result.date}.']
    incomplete: [All of it?]
`;

function lines(text: string, tools: KnownTools = TOOLS): string[] {
  const source = new YamlSource('d', text);
  const faults = [...readBySchema(source, dialogueSchema).faults, ...dialogueFaults(source, tools)];
  return distinctFaults(faults).map(
    ({ line, column, reason, advice }) => `${line}:${column} ${reason}. ${advice}`,
  );
}

/** The sound dialogue with one piece replaced by another. */
function changed(piece: string, by: string): string {
  expect(SOUND).toContain(piece);
  return SOUND.replace(piece, by);
}

describe('a dialogue', () => {
  it('is taken when all its names fit', () => {
    expect(lines(SOUND)).toEqual([]);
  });

  it('is read with what it leaves out', () => {
    const { value } = readBySchema(new YamlSource('d', SOUND), dialogueSchema);
    expect(value?.stages.found?.on.number).toEqual(value?.stages.welcome?.on.number);
    expect(value?.stages.welcome?.on.number?.call?.results[0]?.when).toEqual({ found: 'true' });
    expect(value?.stages.welcome).not.toHaveProperty('unclear');
  });

  it.each([
    [
      'start: welcome',
      'start: welcom',
      ['7:8 there is no stage "welcom". Did you mean "welcome"?'],
    ],
    ['goto: found', 'goto: foun', ['23:21 there is no stage "foun". Did you mean "found"?']],
    ['  hello: { say', '  helo: { say', ['10:3 there is no intent "helo". Did you mean "hello"?']],
    [
      'tool: lookup_order',
      'tool: lookup',
      ['18:17 agent.yaml has no tool "lookup". Known are lookup_order.'],
    ],
    [
      "{ order_id: '{order_id}' }",
      "{ order: '{order_id}' }",
      [
        '19:24 lookup_order has no argument "order". Known are order_id, locale.',
        '19:22 lookup_order needs the argument "order_id". Add "order_id" to the arguments.',
      ],
    ],
    [
      "{ order_id: '{order_id}' }",
      "{ order_id: '{order}' }",
      ['19:35 nothing is named "order". Known are order_id, size, topic.'],
    ],
    [
      'about your {topic}',
      'about your {topik}',
      ['22:60 nothing is named "topik". Did you mean "topic"?'],
    ],
    [
      '[it is] {order_id}',
      '[it is {order_id}',
      ['5:25 a "[" has no counterpart. Write an optional part as [words], without brackets in it.'],
    ],
    [
      '[it is] {order_id}',
      '[it is {order_id}]',
      [
        '5:25 [it is {order_id}] has a slot in it. Write one example with the slot and one without.',
        '5:25 nothing is left of it without its optional parts. Leave at least one word outside of brackets.',
      ],
    ],
    [
      '[it is] {order_id}',
      '{orderid}',
      ['5:25 there is no slot "orderid". Did you mean "order_id"?'],
    ],
    ['[it is] {order_id}', 'it is {}', ['5:31 {} holds no name. Name a slot in it.']],
    [
      '[it is] {order_id}',
      'it is {order_id',
      ['5:31 a "{" has no counterpart. Write a gap as {name}, without spaces or braces in it.'],
    ],
    [
      '[it is] {order_id}',
      '[a] [b] [c] [d] [e] {order_id}',
      ['5:25 5 optional parts are more than 4. Write two examples.'],
    ],
    [
      'unclear: [Sorry?]',
      "unclear: ['Sorry, {result.date}?']",
      [
        '8:19 {result.date} is not known here: no tool may have given a result. Use it in "results", or in a stage that only results lead to.',
      ],
    ],
    [
      'hello: { say: [Hello.] }',
      'hello: { say: [Hello.], goto: found }',
      [
        '29:28 {result.date} is not known here: no tool may have given a result. Use it in "results", or in a stage that only results lead to.',
        '27:42 {result.date} is not known here: no tool may have given a result. Use it in "results", or in a stage that only results lead to.',
      ],
    ],
    [
      'failed: { repeat: true }',
      'failed: { goto: welcome }',
      ['24:11 this reply says nothing, so the caller would wait. Add "say", "repeat" or "call".'],
    ],
    [
      'failed: { repeat: true }',
      'failed: { repeat: true, say: [No.] }',
      [
        '24:29 this reply both says something and repeats what was said. Keep one of "say" and "repeat".',
      ],
    ],
    [
      'topic: order',
      "topic: '{size}'",
      ['16:23 a kept value is taken as written. Remove the braces.'],
    ],
    ['minLength: 4', 'minLength: 6', ['2:40 minLength 6 is more than maxLength 5. Swap them.']],
    [
      'kind: digits, minLength: 4, maxLength: 5',
      'kind: digits, minLength: 4, max: 5',
      [
        '2:3 "slots.order_id.maxLength" is missing. Add "maxLength": the most digits there can be.',
        '2:43 unknown key "max". Known are kind, minLength, maxLength.',
      ],
    ],
    [
      'kind: choice, values: [small, large]',
      'kind: choise, values: [small, large]',
      ['3:17 "slots.size.kind" is "choise"; it must be digits or choice. Did you mean "choice"?'],
    ],
    [
      'say: [Hello.]',
      'say: Hello.',
      ['10:17 "anywhere.hello.say" is text; it must be a list. Change it or remove it.'],
    ],
    ['say: [One moment.]', 'says: [One moment.]', ['15:9 unknown key "says". Did you mean "say"?']],
    [
      'failed: { repeat: true }',
      'fail: { repeat: true }',
      [
        '17:9 "stages.welcome.on.number.call.failed" is missing. Add "failed": what is said when the call fails.',
        '24:11 unknown key "fail". Did you mean "failed"?',
      ],
    ],
  ])('with %j as %j is faulty there', (piece, by, expected) => {
    const found = lines(changed(piece, by));
    expect(found).toHaveLength(expected.length);
    for (const [index, line] of expected.entries()) expect(found[index]).toContain(line);
  });

  it('is not held against tools that are not known', () => {
    expect(lines(changed('tool: lookup_order', 'tool: lookup'), null)).toEqual([]);
  });
});
