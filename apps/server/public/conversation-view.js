const SPEAKERS = { caller: 'You', agent: 'Agent', system: 'System' };

/** The conversation as it was heard: what the agent is saying, said, and was kept from saying. */
export class ConversationView {
  #list;
  #entries = new Map();

  constructor(list) {
    this.#list = list;
  }

  clear() {
    this.#list.replaceChildren();
    this.#entries.clear();
  }

  /** Takes a message of the feed. */
  show(event) {
    switch (event.type) {
      case 'caller.transcript':
        this.#write(event.itemId, 'caller', event.text).classList.toggle('draft', !event.isFinal);
        return;
      case 'agent.words':
        this.#addWords(event.itemId, event.words);
        return;
      case 'agent.truncated':
        this.#strike(event);
        return;
      case 'item':
        this.#finish(event);
        return;
      case 'tool.started':
        this.#note(event.callId, `${event.name} ${event.arguments}`);
        return;
      case 'tool.settled':
        this.#note(event.callId, ` → ${event.outcome}, ${Math.round(event.durationMs)} ms`);
        return;
      case 'handoff':
        this.#note('handoff', `Handed off to a person: ${event.details}`);
        return;
      case 'fault':
        this.#note(`fault ${event.seq}`, `Fault ${event.code}: ${event.message}`);
    }
  }

  /** Audio of an agent's item was heard up to here. */
  played(itemId, playedMs) {
    for (const word of this.#entries.get(itemId)?.words ?? []) {
      if (word.endMs <= playedMs + 1) word.element.classList.remove('ahead');
    }
  }

  #addWords(itemId, words) {
    const entry = this.#entry(itemId, 'agent');
    for (const { text, endMs } of words) {
      const element = document.createElement('span');
      element.className = 'ahead';
      element.textContent = text;
      entry.text.append(element, ' ');
      entry.words.push({ element, endMs });
    }
    this.#keepInView();
  }

  #strike({ itemId, heard, unheard }) {
    const { text, words } = this.#entry(itemId, 'agent');
    words.length = 0;
    text.replaceChildren(heard, heard && unheard ? ' ' : '');
    if (!unheard) return;
    const struck = document.createElement('s');
    struck.textContent = unheard;
    struck.title = 'The caller did not hear this.';
    text.append(struck);
  }

  #finish({ itemId, speaker, text, status }) {
    const entry = this.#entry(itemId, speaker);
    if (status === 'incomplete') return;
    entry.words.length = 0;
    const isNothing = text === null || text === '';
    entry.text.textContent = isNothing ? 'not understood' : text;
    entry.text.classList.toggle('draft', isNothing);
  }

  #write(itemId, speaker, text) {
    const entry = this.#entry(itemId, speaker);
    entry.text.textContent = text;
    this.#keepInView();
    return entry.text;
  }

  #note(id, text) {
    const known = this.#entries.get(id);
    if (known) known.text.append(text);
    else {
      const line = document.createElement('li');
      line.className = 'note';
      line.textContent = text;
      this.#list.append(line);
      this.#entries.set(id, { text: line, words: [] });
    }
    this.#keepInView();
  }

  #entry(itemId, speaker) {
    let entry = this.#entries.get(itemId);
    if (entry) return entry;
    const line = document.createElement('li');
    line.className = speaker;
    const who = document.createElement('b');
    who.textContent = SPEAKERS[speaker];
    const text = document.createElement('p');
    line.append(who, text);
    this.#list.append(line);
    entry = { text, words: [] };
    this.#entries.set(itemId, entry);
    return entry;
  }

  #keepInView() {
    this.#list.lastElementChild?.scrollIntoView({ block: 'nearest' });
  }
}
