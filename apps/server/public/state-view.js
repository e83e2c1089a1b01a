/** The regions of the session's statechart and their states, as the feed names them. */
const REGIONS = [
  { region: 'caller', title: 'Caller', states: ['silent', 'speaking'] },
  {
    region: 'turn',
    title: 'Turn',
    states: ['listening', 'responding', 'toolPending', 'truncated', 'escalating', 'ended'],
  },
  { region: 'agentAudio', title: 'Agent audio', states: ['idle', 'playing', 'held'] },
];

/** Where a session stands: one lit pill per region. */
export class StateView {
  #pills = new Map();
  #inner = new Map();

  constructor(list) {
    for (const { region, title, states } of REGIONS) {
      const term = document.createElement('dt');
      const inner = document.createElement('small');
      term.append(title, inner);
      this.#inner.set(region, inner);
      const row = document.createElement('dd');
      for (const state of states) {
        const pill = document.createElement('span');
        pill.className = 'pill';
        pill.textContent = state;
        row.append(pill);
        this.#pills.set(`${region} ${state}`, pill);
      }
      list.append(term, row);
    }
  }

  clear() {
    for (const { region } of REGIONS) this.#light(region, '');
  }

  /** A call begins: every region is in its first state. */
  begin() {
    for (const { region, states } of REGIONS) this.#light(region, states[0]);
  }

  /** Takes a message of the feed. */
  show(event) {
    if (event.type === 'state') this.#light(event.region, event.to);
    if (event.type === 'session.ended') {
      this.clear();
      this.#light('turn', 'ended');
    }
  }

  #light(region, path) {
    const [state, ...inner] = path.split('.');
    this.#inner.get(region).textContent = inner.join(' · ');
    for (const [name, pill] of this.#pills) {
      const [pillRegion, pillState] = name.split(' ');
      if (pillRegion !== region) continue;
      if (pillState === state) pill.setAttribute('aria-current', 'true');
      else pill.removeAttribute('aria-current');
    }
  }
}
