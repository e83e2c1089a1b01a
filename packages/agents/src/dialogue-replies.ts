import { entriesOf, isRecord, itemsOf, type Fields } from './fields.ts';
import type { YamlPath } from './yaml-source.ts';

/** A reply anywhere in a dialogue that was read but not checked. */
export interface ReplyPlace {
  readonly reply: Fields;
  readonly path: YamlPath;
  /** Whether a tool's result is known when it is said. */
  readonly hasResult: boolean;
}

/** All replies of a dialogue, those inside calls included. */
export function repliesOf(dialogue: Fields): ReplyPlace[] {
  const uninformed = stagesWithoutResult(dialogue);
  return [
    ...entriesOf(dialogue.anywhere).flatMap(([intent, reply]) =>
      within({ reply, path: ['anywhere', intent], hasResult: false }),
    ),
    ...entriesOf(dialogue.stages).flatMap(([name, stage]) =>
      entriesOf(isRecord(stage) ? stage.on : null).flatMap(([intent, reply]) =>
        within({ reply, path: ['stages', name, 'on', intent], hasResult: !uninformed.has(name) }),
      ),
    ),
  ];
}

/** The stages that a conversation can come to before any tool has given a result. */
export function stagesWithoutResult(dialogue: Fields): ReadonlySet<string> {
  const found = new Set<string>();
  const toVisit = typeof dialogue.start === 'string' ? [dialogue.start] : [];
  for (let name = toVisit.pop(); name !== undefined; name = toVisit.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const stages = isRecord(dialogue.stages) ? dialogue.stages : {};
    const stage = Object.hasOwn(stages, name) ? stages[name] : null;
    const on = isRecord(stage) && isRecord(stage.on) ? stage.on : {};
    const anywhere = entriesOf(dialogue.anywhere).filter(([intent]) => !Object.hasOwn(on, intent));
    for (const [, reply] of [...Object.entries(on), ...anywhere]) {
      for (const place of within({ reply, path: [], hasResult: false })) {
        if (!place.hasResult && typeof place.reply.goto === 'string')
          toVisit.push(place.reply.goto);
      }
    }
  }
  return found;
}

function within(place: { reply: unknown; path: YamlPath; hasResult: boolean }): ReplyPlace[] {
  const { reply, path, hasResult } = place;
  if (!isRecord(reply)) return [];
  const call = isRecord(reply.call) ? reply.call : {};
  return [
    { reply, path, hasResult },
    ...itemsOf(call.results).flatMap((result, index) =>
      within({ reply: result, path: [...path, 'call', 'results', index], hasResult: true }),
    ),
    ...within({ reply: call.failed, path: [...path, 'call', 'failed'], hasResult }),
  ];
}
