import type { Dialogue, DialogueReply, SessionConfig } from '@antiphon/session';

/** What an agent says in any conversation, whatever it is about; gaps stand in braces. */
export function fixedTexts(config: SessionConfig): readonly string[] {
  const { greeting, covers, listeningNoises, apology, farewell, toolPhrases } = config;
  return [
    ...(greeting === null ? [] : [greeting]),
    ...covers,
    ...config.tools.flatMap((tool) => tool.covers),
    ...config.tools.flatMap(({ readBack }) => readBack?.replaceAll(/[[\]]/g, '') ?? []),
    ...toolPhrases.progress,
    toolPhrases.offer,
    toolPhrases.addressCheck,
    toolPhrases.addressAsk,
    toolPhrases.staying,
    toolPhrases.emailFailed,
    ...listeningNoises,
    apology,
    farewell,
  ];
}

/** What a script lets its agent say; gaps stand in braces as in the script. */
export function scriptedTexts(dialogue: Dialogue): readonly string[] {
  const stages = Object.values(dialogue.stages);
  const replies = [dialogue.anywhere ?? {}, ...stages.map(({ on }) => on)].flatMap((on) =>
    Object.values(on),
  );
  return [
    ...dialogue.unclear,
    ...stages.flatMap(({ unclear = [], incomplete = [] }) => [...unclear, ...incomplete]),
    ...replies.flatMap(textsOf),
  ];
}

function textsOf({ say = [], call }: DialogueReply): readonly string[] {
  if (!call) return say;
  return [...say, ...[...call.results, call.failed].flatMap(textsOf)];
}
