import type { Dialogue, DialogueSlot } from '@antiphon/session';
import type { Expectation } from '../../cascade/ports/language-model.ts';

type DigitsSlot = Extract<DialogueSlot, { kind: 'digits' }>;

/**
 * By stage, the number that callers may say there: of the intents that the stage has a reply to, or
 * else of those understood anywhere. A stage where one sentence may hold two numbers has none, for
 * the first of them is not the end.
 */
export function expectationsOf(dialogue: Dialogue): ReadonlyMap<string, Expectation> {
  const anywhere = expectationOf(Object.keys(dialogue.anywhere ?? {}), dialogue);
  return new Map(
    Object.entries(dialogue.stages).flatMap(([name, { on }]) => {
      const own = expectationOf(Object.keys(on), dialogue);
      const expectation = own === 'none' ? anywhere : own;
      return typeof expectation === 'string' ? [] : [[name, expectation] as const];
    }),
  );
}

function expectationOf(
  intents: readonly string[],
  { intents: known, slots }: Dialogue,
): Expectation | 'none' | 'several' {
  const numbers = intents
    .flatMap((intent) => known[intent]?.examples ?? [])
    .map((example) => digitsSlotsOf(example, slots))
    .filter((found) => found.length > 0);
  if (numbers.length === 0) return 'none';
  if (numbers.some((found) => found.length > 1)) return 'several';
  const lengths = numbers.flat();
  return {
    kind: 'digits',
    minLength: Math.min(...lengths.map(({ minLength }) => minLength)),
    maxLength: Math.max(...lengths.map(({ maxLength }) => maxLength)),
  };
}

function digitsSlotsOf(example: string, slots: Dialogue['slots']): DigitsSlot[] {
  return [...example.matchAll(/\{\s*(.*?)\s*\}/gu)].flatMap(([, name = '']) => {
    const slot = Object.hasOwn(slots, name) ? slots[name] : undefined;
    return slot?.kind === 'digits' ? [slot] : [];
  });
}
