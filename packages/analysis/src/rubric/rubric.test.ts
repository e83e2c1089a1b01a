import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_RUBRIC } from './default-rubric.ts';
import { readRubric } from './read-rubric.ts';
import { fingerprintOf } from './rubric.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-rubric-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string) {
  const file = path.join(folder, 'house.yaml');
  await writeFile(file, text);
  return readRubric(file);
}

const GOOD = `
name: house
about: Callers are regulars.
dimensions:
  - id: warmth
    asks: Was the caller greeted as a regular?
    weight: 2
    scores:
      5: by name
      1: not at all
  - id: speed
    asks: Was it quick?
`;

describe('a rubric', () => {
  it('is read from a file, with a weight of 1 where none is given', async () => {
    const { name, dimensions } = await read(GOOD);
    expect(name).toBe('house');
    expect(dimensions).toEqual([
      {
        id: 'warmth',
        asks: 'Was the caller greeted as a regular?',
        weight: 2,
        scores: { 5: 'by name', 1: 'not at all' },
      },
      { id: 'speed', asks: 'Was it quick?', weight: 1, scores: {} },
    ]);
  });

  it('may be JSON, as the one that comes with it', async () => {
    expect(await read(JSON.stringify(DEFAULT_RUBRIC))).toEqual(DEFAULT_RUBRIC);
  });

  it('has another fingerprint when anything in it is another', async () => {
    const fingerprint = fingerprintOf(await read(GOOD));
    expect(fingerprint).toMatch(/^[0-9a-f]{12}$/u);
    expect(fingerprintOf(await read(`# a comment\n${GOOD}`))).toBe(fingerprint);
    expect(fingerprintOf(await read(GOOD.replace('by name', 'by surname')))).not.toBe(fingerprint);
  });

  it.each([
    [GOOD.replace('weight: 2', 'weight: -2'), /^house\.yaml:7:13 dimensions\.0\.weight: /u],
    [
      GOOD.replace('id: speed', 'id: warmth'),
      /^house\.yaml:11:9 dimensions\.1\.id: warmth is there/u,
    ],
    [
      GOOD.replace('id: speed', 'id: Speed!'),
      /^house\.yaml:11:9 dimensions\.1\.id: use lower-case/u,
    ],
    [GOOD.replace('asks: Was it', 'ask: Was it'), /^house\.yaml:11:5 dimensions\.1\.asks: /u],
    [GOOD.replace('      1: not', '      6: not'), /^house\.yaml:9:7 dimensions\.0\.scores: /u],
    ['name: house\ndimensions: []\n', /^house\.yaml:2:13 dimensions: /u],
    ['name: [\n', /^house\.yaml:\d+:\d+ is not valid YAML: /u],
    ['', /^house\.yaml:1:1 the rubric: /u],
    [`name: ${'x'.repeat(300_000)}`, /has 300006 bytes, more than 262144/u],
  ])(
    'that is none is refused with what is wrong and where, and what to do: %#',
    async (text, told) => {
      const refused = read(text);
      await expect(refused).rejects.toMatchObject({ code: 'invalid_rubric' });
      await expect(refused).rejects.toThrow(told);
      await expect(refused).rejects.toThrow(/Write it as docs\/analysis\.md shows/u);
    },
  );

  it('that is not there is named', async () => {
    await expect(readRubric(path.join(folder, 'none.yaml'))).rejects.toThrow(
      /none\.yaml cannot be read \(ENOENT\)/u,
    );
  });
});
