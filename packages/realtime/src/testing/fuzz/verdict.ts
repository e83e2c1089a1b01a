import type { WireTrial } from '../wire-trial.ts';
import type { WellFormedEvent } from './frame-of-text.ts';
import { isRecord } from './paths.ts';
import {
  askedSession,
  encodingOf,
  isOtherModel,
  recordOf,
  updatedSession,
  voiceOf,
} from './session-view.ts';
import type { SessionView } from './session-view.ts';
import type { ExpectedFault } from './shape-damage.ts';
import type { WireView } from './wire-view.ts';

/** What is to come of a well-formed event. */
export interface Verdict {
  /** One of these is to be told, and nothing done. */
  readonly faults: readonly ExpectedFault[];
  /** One of these may be told where there are no faults; which of the two is not for a client to know. */
  readonly doubts: readonly ExpectedFault[];
  /** When it is carried out, an event of this type, in GA terms, comes exactly once. */
  readonly reply: string | null;
  /** The item or the response that the reply is about; null when anything will do. */
  readonly id: string | null;
  /** The configuration once it was carried out. */
  readonly session: SessionView | null;
}

/** What a judge knows of the session. */
export interface Circumstances {
  readonly trial: WireTrial;
  readonly view: WireView;
  readonly session: SessionView;
  readonly greets: boolean;
  /** At most so much audio waits to be committed. */
  readonly bufferedMs: number;
}

/** A position up to so far past the end is taken as the end. */
const OVERSHOOT_MS = 250;
const LEAST_COMMIT_MS = 100;
const MAX_ITEMS = 5_000;
const MAX_ASIDES = 4;

const fault = (code: string, param: string | null): ExpectedFault => ({ code, param });
const ACTIVE = fault('conversation_already_has_active_response', null);
const COMMIT_EMPTY = fault('input_audio_buffer_commit_empty', null);
const NOT_ACTIVE = fault('response_cancel_not_active', null);

const verdict = (parts: Partial<Verdict>): Verdict => ({
  faults: [],
  doubts: [],
  reply: null,
  id: null,
  session: null,
  ...parts,
});

/** What the protocol says is to come of this event, here and now. */
export function judge({ type, members }: WellFormedEvent, now: Circumstances): Verdict {
  switch (type) {
    case 'session.update':
    case 'transcription_session.update':
      return judgeUpdate(members['session'], type, now);
    case 'input_audio_buffer.append': {
      const bytes = Buffer.byteLength(String(members['audio']), 'base64');
      const isHalf = now.session.inputFormat === 'pcm16' && bytes % 2 !== 0;
      return verdict({ faults: isHalf ? [fault('invalid_value', 'audio')] : [] });
    }
    case 'input_audio_buffer.commit':
      return now.bufferedMs < LEAST_COMMIT_MS - 0.01
        ? verdict({ faults: [COMMIT_EMPTY] })
        : verdict({ doubts: [COMMIT_EMPTY], reply: 'input_audio_buffer.committed' });
    case 'input_audio_buffer.clear':
      return verdict({ reply: 'input_audio_buffer.cleared' });
    case 'output_audio_buffer.clear':
      return verdict({ faults: [fault('invalid_event', null)] });
    case 'conversation.item.create':
      return judgeItem(members, now);
    case 'conversation.item.retrieve':
      return judgeKnown(members, 'retrieve', now);
    case 'conversation.item.delete':
      return judgeKnown(members, 'delete', now);
    case 'conversation.item.truncate':
      return judgeTruncate(members, now);
    case 'response.create':
      return judgeAnswer(members['response'], now);
    case 'response.cancel': {
      const asked = members['response_id'] || null;
      const open = now.view.openResponse;
      if (typeof asked === 'string' && now.view.openAsides.has(asked)) {
        return verdict({ reply: 'response.done', id: asked });
      }
      if (open === null || (asked !== null && asked !== open)) {
        return verdict({ faults: [NOT_ACTIVE] });
      }
      return judgeCancel(open, now);
    }
    case 'antiphon.dtmf':
      return verdict({});
    default:
      throw new Error(`Nobody knows what ${type} is to do.`);
  }
}

function judgeUpdate(payload: unknown, type: string, now: Circumstances): Verdict {
  const { trial, session, greets } = now;
  const asked = askedSession(payload, type === 'transcription_session.update');
  const next = updatedSession(session, asked);
  const hasSpoken = trial.sent.length > 0;
  const rateOf = ({ outputFormat }: SessionView) => (outputFormat === 'pcm16' ? 24_000 : 8_000);
  const faults = [
    ...(isOtherModel(asked) && !greets ? [fault('invalid_value', 'session.model')] : []),
    ...(recordOf(recordOf(payload)['antiphon'])['contactEmail'] === 'at home'
      ? [fault('invalid_value', 'session.antiphon.contactEmail')]
      : []),
    ...(isRecord(asked.prompt) ? [fault('invalid_value', 'session.prompt')] : []),
    ...(hasSpoken && next.voice !== session.voice ? [fault('cannot_update_voice', null)] : []),
    ...(hasSpoken && rateOf(next) !== rateOf(session)
      ? [fault('invalid_value', 'session.audio.output.format')]
      : []),
    ...(trial.control.items().length > 0 && next.type !== session.type
      ? [fault('invalid_value', 'session.type')]
      : []),
  ];
  return verdict({ faults, reply: 'session.updated', session: next });
}

/** The response is in progress. */
function judgeCancel(responseId: string, { trial, view }: Circumstances): Verdict {
  // A farewell is said to its end. Where the next answer is made already, it is that one which is not
  // made. Of an item that the client deleted, what is left is heard.
  const isOther = view.turnState.startsWith('escalating') || view.hasSuccessor;
  const isDeleted = trial.control.item(view.agentItems.at(-1) ?? '') === undefined;
  return verdict({
    doubts: isDeleted ? [NOT_ACTIVE] : [],
    reply: isOther ? null : 'response.done',
    id: responseId,
  });
}

function judgeItem(members: Readonly<Record<string, unknown>>, now: Circumstances): Verdict {
  const { control } = now.trial;
  const item = recordOf(members['item']);
  const partFault = faultOfParts(item, 'item');
  if (partFault) return verdict({ faults: [partFault] });
  const id = (item['id'] as string | null | undefined) || null;
  const previous = (members['previous_item_id'] as string | null | undefined) || 'root';
  const isPreviousKnown = previous === 'root' || control.item(previous) !== undefined;
  const faults = [
    ...(control.items().length >= MAX_ITEMS ? [fault('invalid_value', 'item')] : []),
    ...(id !== null && control.item(id) ? [fault('invalid_value', 'item.id')] : []),
    ...(isPreviousKnown ? [] : [fault('invalid_value', 'previous_item_id')]),
    ...(item['type'] === 'function_call_output' ? faultsOfOutput(item, now) : []),
  ];
  return verdict({ faults, reply: 'conversation.item.added', id });
}

/** Agents here see no images and listen to no audio inside items. */
function faultOfParts(
  item: Readonly<Record<string, unknown>>,
  itemParam: string,
): ExpectedFault | null {
  const content = Array.isArray(item['content']) ? (item['content'] as unknown[]) : [];
  for (const [index, entry] of content.entries()) {
    const part = recordOf(entry);
    const param = `${itemParam}.content[${index}]`;
    if (part['type'] === 'input_image') return fault('invalid_value', `${param}.type`);
    const isSilent = !('text' in part) && typeof part['transcript'] !== 'string';
    if (isSilent && item['role'] === 'user') return fault('invalid_value', `${param}.audio`);
  }
  return null;
}

function faultsOfOutput(
  item: Readonly<Record<string, unknown>>,
  { trial }: Circumstances,
): ExpectedFault[] {
  const items = trial.control.items();
  const callId = item['call_id'];
  const isCalled = items.some((one) => one.kind === 'toolCall' && one.callId === callId);
  const isAnswered = items.some((one) => one.kind === 'toolOutput' && one.callId === callId);
  if (!isCalled) return [fault('invalid_tool_call_id', 'item.call_id')];
  return isAnswered ? [fault('invalid_value', 'item.call_id')] : [];
}

function judgeKnown(
  members: Readonly<Record<string, unknown>>,
  action: 'retrieve' | 'delete',
  { trial }: Circumstances,
): Verdict {
  const itemId = String(members['item_id']);
  const isKnown = trial.control.item(itemId) !== undefined;
  return verdict({
    faults: isKnown ? [] : [fault(`item_${action}_invalid_item_id`, 'item_id')],
    reply: `conversation.item.${action}d`,
    id: itemId,
  });
}

function judgeTruncate(
  members: Readonly<Record<string, unknown>>,
  { trial, view }: Circumstances,
): Verdict {
  const itemId = String(members['item_id']);
  const item = trial.control.item(itemId);
  const isSpeech =
    view.agentItems.includes(itemId) && item?.kind === 'message' && item.medium === 'audio';
  const sentMs = Math.round(view.sentMs(itemId));
  const faults = [
    ...(members['content_index'] === 0 || !item ? [] : [fault('invalid_value', 'content_index')]),
    ...(item ? [] : [fault('item_truncate_invalid_item_id', 'item_id')]),
    ...(item && !isSpeech ? [fault('invalid_value', 'item_id')] : []),
    ...(isSpeech && Number(members['audio_end_ms']) > sentMs + OVERSHOOT_MS
      ? [fault('invalid_value', 'audio_end_ms')]
      : []),
  ];
  return verdict({ faults, reply: 'conversation.item.truncated', id: itemId });
}

function judgeAnswer(payload: unknown, now: Circumstances): Verdict {
  const { view, session } = now;
  if (session.type === 'transcription')
    return verdict({ faults: [fault('invalid_event', 'type')] });
  const response = recordOf(payload);
  const output = recordOf(recordOf(response['audio'])['output']);
  const voice = voiceOf(output['voice'] ?? response['voice']) ?? session.voice;
  const format =
    encodingOf(output['format'] ?? response['output_audio_format']) ?? session.outputFormat;
  const faults = [
    ...faultsOfInput(response['input'], now),
    ...(isRecord(response['prompt']) ? [fault('invalid_value', 'response.prompt')] : []),
    ...(voice === session.voice ? [] : [fault('invalid_value', 'response.audio.output.voice')]),
    ...(format === session.outputFormat
      ? []
      : [fault('invalid_value', 'response.audio.output.format')]),
  ];
  if (response['conversation'] === 'none') {
    const isFull = view.openAsides.size >= MAX_ASIDES;
    const tooMany = isFull ? [fault('rate_limit_exceeded', null)] : [];
    return verdict({ faults: [...faults, ...tooMany], reply: 'response.created' });
  }
  const isFree = view.openResponse === null && view.turnState === 'listening';
  return verdict({ faults, doubts: isFree ? [] : [ACTIVE] });
}

/** Of the items that an answer is to be made from. */
function faultsOfInput(input: unknown, { trial }: Circumstances): ExpectedFault[] {
  if (!Array.isArray(input)) return [];
  return (input as unknown[]).flatMap((value, index) => {
    const entry = recordOf(value);
    const param = `response.input[${index}]`;
    if (entry['type'] !== 'item_reference') return faultOfParts(entry, param) ?? [];
    const isKnown = trial.control.item(String(entry['id'])) !== undefined;
    return isKnown ? [] : [fault('invalid_value', `${param}.id`)];
  });
}
