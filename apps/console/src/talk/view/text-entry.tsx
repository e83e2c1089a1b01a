import { useState } from 'react';
import type { TalkCall } from '../call/talk-call.ts';

/** Says something to the agent without a voice. */
export function TextEntry({ call }: { readonly call: TalkCall }) {
  const [text, setText] = useState('');
  return (
    <form
      className="talk-entry"
      onSubmit={(event) => {
        event.preventDefault();
        const said = text.trim();
        if (said === '') return;
        setText('');
        void call.type(said);
      }}
    >
      <label htmlFor="talk-text" className="visually-hidden">
        Type to the agent
      </label>
      <input
        id="talk-text"
        className="field"
        autoComplete="off"
        placeholder="Or type to the agent"
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit" className="button" disabled={text.trim() === ''}>
        Send
      </button>
    </form>
  );
}
