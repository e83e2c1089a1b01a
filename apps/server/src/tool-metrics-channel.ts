import type { ToolLabels, ToolMetrics } from '@antiphon/observability';
import type { ControlChannel, SessionEvent, ToolDefinition } from '@antiphon/session';

/** Stands for every tool that only a client knows: clients choose names freely. */
const CLIENT_TOOL = 'client_tool';

/** Stands for every name that an engine made up. */
const UNKNOWN_TOOL = 'unknown';

/** What one session's tool metrics need. */
export interface ToolMetricsChannelOptions {
  readonly metrics: ToolMetrics;
  /** The agent's name as its folder has it. */
  readonly agent: string;
  /** The tools of the agent's folder, whose names are told apart. */
  readonly agentTools: readonly Pick<ToolDefinition, 'name'>[];
  /** The tools that the session starts with, a client's among them. */
  readonly tools: readonly Pick<ToolDefinition, 'name'>[];
}

/** Counts what a session tells of its tools; it never asks for anything. */
export class ToolMetricsChannel implements ControlChannel {
  readonly #metrics: ToolMetrics;
  readonly #agent: string;
  readonly #agentTools: ReadonlySet<string>;
  /** Of the calls that have not ended. */
  readonly #labels = new Map<string, ToolLabels>();
  #sessionTools: readonly Pick<ToolDefinition, 'name'>[];
  #answerTools: readonly Pick<ToolDefinition, 'name'>[] = [];

  constructor({ metrics, agent, agentTools, tools }: ToolMetricsChannelOptions) {
    this.#metrics = metrics;
    this.#agent = agent;
    this.#agentTools = new Set(agentTools.map(({ name }) => name));
    this.#sessionTools = tools;
  }

  attach(): void {
    // It asks nothing of the session.
  }

  notify(event: SessionEvent): void {
    switch (event.type) {
      case 'session.configured':
        this.#sessionTools = event.config.tools;
        return;
      case 'generation.started':
        if (event.kind === 'answer') this.#answerTools = event.options.tools ?? [];
        return;
      case 'tool.started':
        this.#labels.set(event.callId, this.#labelsOf(event));
        return;
      case 'tool.settled': {
        const { outcome, durationMs } = event;
        this.#metrics.settled({ ...this.#labelsOf(event), outcome, durationMs });
        this.#labels.delete(event.callId);
        return;
      }
      case 'tool.covered':
        this.#metrics.covered(this.#labelsOf(event));
        return;
      case 'tool.overdue':
        this.#metrics.overdue(this.#labelsOf(event));
        return;
      case 'followUp.offered':
      case 'followUp.promised':
      case 'followUp.declined':
        this.#metrics.followUp(this.#labelsOf(event), event.type.slice('followUp.'.length));
        return;
      case 'consent.decided':
        this.#metrics.consentDecided(this.#labelsOf(event), event.verdict);
        return;
      case 'session.ended':
        this.#labels.clear();
        return;
      default:
        // The rest is no business of tools.
        return;
    }
  }

  #labelsOf({ callId, name }: { readonly callId: string; readonly name: string }): ToolLabels {
    return this.#labels.get(callId) ?? { agent: this.#agent, tool: this.#bounded(name) };
  }

  #bounded(name: string): string {
    if (this.#agentTools.has(name)) return name;
    const isDeclared = [this.#sessionTools, this.#answerTools].some((tools) =>
      tools.some((tool) => tool.name === name),
    );
    return isDeclared ? CLIENT_TOOL : UNKNOWN_TOOL;
  }
}
