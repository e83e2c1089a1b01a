import type { FolderFault } from './agent-folder-error.ts';
import { spellingAdvice } from './closest-name.ts';
import type { Fields } from './fields.ts';
import { textGaps } from './template-gaps.ts';
import { argumentNames } from './tool-parameters.ts';
import type { YamlPath, YamlSource } from './yaml-source.ts';

const EXAMPLE = 'such as "[Cancel order {order_id}]. Shall I?"';

/** What is wrong with the consent that the tool at a path asks for. */
export function readBackFaults(source: YamlSource, path: YamlPath, tool: Fields): FolderFault[] {
  const { confirm, readBack } = tool;
  const asks = confirm === 'verbal' || confirm === 'dtmf';
  const at = [...path, 'readBack'];
  if (asks && (readBack === undefined || readBack === null)) {
    const reason = `"confirm: ${confirm}" has no read-back to say yes to`;
    return [source.faultAt([...path, 'confirm'], reason, `Add "readBack", ${EXAMPLE}.`)];
  }
  if (typeof readBack !== 'string') return [];
  if (!asks && (confirm === undefined || confirm === 'none')) {
    const advice = 'Add "confirm: verbal" or "confirm: dtmf", or remove it.';
    return [
      source.faultAt(at, 'the read-back is never said: the tool asks for no consent', advice),
    ];
  }
  return [
    ...keyPartFaults(source, at, readBack),
    ...gapFaults(source, at, { readBack, tool }),
    ...(confirm === 'dtmf' && !/\bpress(?:ing)? (?:one|1)\b/i.test(readBack)
      ? [
          source.faultAt(
            at,
            'the read-back does not say what to press',
            'End it with "Press one to go ahead." or the like.',
          ),
        ]
      : []),
  ];
}

/** Exactly one part in brackets: what must have been heard for a yes to count. */
function keyPartFaults(source: YamlSource, at: YamlPath, readBack: string): FolderFault[] {
  const parts = [...readBack.matchAll(/\[([^[\]]*)\]/g)];
  const stray = /[[\]]/.exec(readBack.replaceAll(/\[[^[\]]*\]/g, ''))?.[0];
  if (stray !== undefined) {
    const fault = {
      reason: `a "${stray}" has no counterpart`,
      advice: 'Write the part as [words], without brackets in it.',
    };
    return [source.faultInside(at, stray, fault)];
  }
  if (parts.length === 0) {
    const reason = 'no part of the read-back is in brackets';
    const advice = `Bracket what the caller must have heard before saying yes, ${EXAMPLE}.`;
    return [source.faultAt(at, reason, advice)];
  }
  if (parts.length > 1) {
    const reason = `${parts.length} parts of the read-back are in brackets`;
    return [source.faultAt(at, reason, 'Bracket one part: the action and its key detail.')];
  }
  const [piece, words = ''] = parts[0]!;
  if (/[\p{L}\p{N}]/u.test(words.replaceAll(/\{[^{}]*\}/g, ''))) return [];
  const fault = {
    reason: `${piece} names no action`,
    advice: `Write in it what will be done, ${EXAMPLE}.`,
  };
  return [source.faultInside(at, piece, fault)];
}

function gapFaults(
  source: YamlSource,
  at: YamlPath,
  { readBack, tool }: { readonly readBack: string; readonly tool: Fields },
): FolderFault[] {
  const { all, required } = argumentNames(tool.parameters);
  const { names, faults } = textGaps(readBack);
  return [
    ...faults.map(({ piece, reason, advice }) => source.faultInside(at, piece, { reason, advice })),
    ...names.flatMap((name) => {
      const piece = `{${name}}`;
      if (!all.includes(name)) {
        const reason = `${String(tool.name)} has no argument "${name}"`;
        return [source.faultInside(at, piece, { reason, advice: spellingAdvice(name, all) })];
      }
      if (required.includes(name)) return [];
      const reason = `${piece} may be missing from a call, and then nothing can be read back`;
      const advice = `List "${name}" under "required" of the parameters.`;
      return [source.faultInside(at, piece, { reason, advice })];
    }),
  ];
}
