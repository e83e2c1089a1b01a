const HOPS = ['endpointing', 'inference', 'aggregation', 'synthesis', 'egress'];

/** The bar's whole width. Slower turns fill it and are told by their number. */
const FULL_WIDTH_MS = 1_500;

/** Where the milliseconds of each turn went: a bar of hops, and their numbers. */
export class LatencyView {
  #list;
  #legend;
  #turns = 0;

  constructor({ list, legend }) {
    this.#list = list;
    this.#legend = legend;
    for (const hop of HOPS) {
      const entry = document.createElement('li');
      entry.dataset.hop = hop;
      entry.textContent = hop;
      legend.append(entry);
    }
  }

  clear() {
    this.#list.replaceChildren();
    this.#legend.hidden = true;
    this.#turns = 0;
  }

  /** Takes a message of the feed. */
  show(event) {
    // A greeting answers nobody: it has no turn before it to be measured from.
    if (event.type !== 'turn' || event.report.itemId === null) return;
    const { hops, voiceToVoiceMs, postEndpointMs } = event.report;
    const wholeMs = voiceToVoiceMs ?? postEndpointMs;
    const entry = document.createElement('li');
    const heading = document.createElement('p');
    const total = document.createElement('strong');
    total.textContent = `${Math.round(wholeMs)} ms`;
    heading.append(`Turn ${++this.#turns} `, total);
    const bar = document.createElement('div');
    bar.className = 'bar';
    const numbers = document.createElement('p');
    numbers.className = 'numbers';
    for (const hop of HOPS) {
      const hopMs = hops[hop];
      if (hopMs === null) continue;
      const piece = document.createElement('span');
      piece.dataset.hop = hop;
      piece.style.width = `${(100 * hopMs) / Math.max(FULL_WIDTH_MS, wholeMs)}%`;
      bar.append(piece);
      const number = document.createElement('span');
      number.dataset.hop = hop;
      number.title = hop;
      number.textContent = hopMs < 1 ? '<1' : Math.round(hopMs);
      numbers.append(number);
    }
    entry.append(heading, bar, numbers);
    this.#list.prepend(entry);
    this.#legend.hidden = false;
  }
}
