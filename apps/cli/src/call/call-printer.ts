import type { FeedEvent } from '@antiphon/observability';
import type { CallerLine } from '../scenario.ts';
import type { Ink } from '../ink.ts';
import { followUpTold } from './follow-up-told.ts';

/** Tells a call as it happens, a line at a time. */
export class CallPrinter {
  readonly #ink: Ink;
  readonly #print: (line: string) => void;
  readonly #unheard = new Map<string, string>();

  constructor(ink: Ink, print: (line: string) => void) {
    this.#ink = ink;
    this.#print = print;
  }

  /** The caller begins to say a line of the scenario. */
  line({ text, cutsInAt }: CallerLine): void {
    const how = cutsInAt === null ? '' : this.#ink.dim(` (cuts in at "${cutsInAt}")`);
    this.#print(`${this.#ink.caller('caller')}  ${text}${how}`);
  }

  /** A message of the feed. */
  feed(event: FeedEvent): void {
    const { dim, agent, tool, alarm, struck } = this.#ink;
    const followUp = followUpTold(event);
    if (followUp) this.#print(`${tool('e-mail')}  ${followUp.state}`);
    switch (event.type) {
      case 'state':
        if (event.region === 'turn') this.#print(dim(`        ${event.from} → ${event.to}`));
        break;
      case 'caller.transcript':
        if (event.isFinal) this.#print(dim(`        understood: ${event.text || 'nothing'}`));
        break;
      case 'agent.truncated':
        this.#unheard.set(event.itemId, event.unheard);
        break;
      case 'item': {
        if (event.speaker !== 'agent') break;
        const unheard = this.#unheard.get(event.itemId) ?? '';
        const words = [event.text ?? '', unheard === '' ? '' : struck(unheard)];
        this.#print(`${agent('agent')}   ${words.filter((part) => part !== '').join(' ')}`);
        break;
      }
      case 'tool.started':
        this.#print(`${tool('tool')}    ${event.name} ${event.arguments}`);
        break;
      case 'tool.settled': {
        const took = dim(`(${Math.round(event.durationMs)} ms)`);
        this.#print(`${tool('tool')}    ${event.name} → ${event.output ?? event.outcome} ${took}`);
        break;
      }
      case 'handoff':
        this.#print(`${tool('handoff')} ${event.details}`);
        break;
      case 'fault':
        this.#print(`${alarm('fault')}   ${event.code}: ${event.message}`);
        break;
      case 'session.ended':
        this.#print(dim(`        session ended: ${event.reason}`));
        break;
      default:
        break;
    }
  }
}
