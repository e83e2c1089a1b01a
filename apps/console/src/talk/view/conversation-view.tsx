import { memo, useEffect, useRef, useSyncExternalStore } from 'react';
import type { TalkCall } from '../call/talk-call.ts';
import type { ConversationLine, SpokenWord } from './conversation.ts';

/** How near its end a list counts as being read at its end, in pixels. */
const NEAR_END_PX = 60;

/** What was said and heard: words that are not yet heard grey, those never heard struck through. */
export function ConversationView({
  lines,
  call,
}: {
  readonly lines: readonly ConversationLine[];
  readonly call: TalkCall;
}) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const element = list.current;
    if (element === null) return;
    const restPx = element.scrollHeight - element.scrollTop - element.clientHeight;
    const newest = element.lastElementChild?.clientHeight ?? 0;
    // Who scrolled back reads on undisturbed.
    if (restPx < NEAR_END_PX + newest) element.scrollTop = element.scrollHeight;
  }, [lines]);
  return (
    <ol className="talk-lines" role="log" aria-label="Conversation" ref={list}>
      {lines.map((line) => (
        <Line key={line.id} line={line} call={call} />
      ))}
    </ol>
  );
}

const SPEAKERS = { caller: 'You', system: 'System', saying: 'Agent', said: 'Agent' } as const;

const Line = memo(function Line({
  line,
  call,
}: {
  readonly line: ConversationLine;
  readonly call: TalkCall;
}) {
  if (line.kind === 'note') return <li className="talk-note">{line.text}</li>;
  const isAgent = line.kind === 'saying' || line.kind === 'said';
  return (
    <li className="talk-line" data-speaker={isAgent ? 'agent' : line.kind}>
      <b>{SPEAKERS[line.kind]}</b>
      <LineText line={line} call={call} />
    </li>
  );
});

function LineText({
  line,
  call,
}: {
  readonly line: Exclude<ConversationLine, { kind: 'note' }>;
  readonly call: TalkCall;
}) {
  switch (line.kind) {
    case 'saying':
      return <Saying id={line.id} words={line.words} call={call} />;
    case 'said':
      return (
        <p>
          {line.heard}
          {line.heard !== '' && line.unheard !== '' ? ' ' : null}
          {line.unheard === '' ? null : <s title="You did not hear this.">{line.unheard}</s>}
        </p>
      );
    case 'caller':
    case 'system':
      return (
        <p className={line.isDraft || line.text === null ? 'talk-draft' : undefined}>
          {line.text === '' ? '…' : (line.text ?? 'not understood')}
        </p>
      );
  }
}

/** The words of the agent that are being spoken: drawn anew as they are heard. */
function Saying({
  id,
  words,
  call,
}: {
  readonly id: string;
  readonly words: readonly SpokenWord[];
  readonly call: TalkCall;
}) {
  const heardWords = useSyncExternalStore(call.subscribeHeard, () => {
    const heardMs = call.heardMs(id);
    return words.filter(({ endMs }) => endMs <= heardMs + 1).length;
  });
  const text = (some: readonly SpokenWord[]) => some.map((word) => word.text).join(' ');
  return (
    <p>
      {text(words.slice(0, heardWords))}{' '}
      <span className="talk-ahead">{text(words.slice(heardWords))}</span>
    </p>
  );
}
