import {
  applySessionPatch,
  defaultSessionConfig,
  protocolErrors,
  sessionObject,
} from '@antiphon/protocol';
import type {
  ProtocolFault,
  ResponseOverrides,
  SessionConfig as WireConfig,
  SessionObject,
  SessionPatch,
} from '@antiphon/protocol';
import { sayAddress } from '@antiphon/session';
import type { AgentDefinition, AnswerOptions, SessionConfig } from '@antiphon/session';
import {
  clientToolsOf,
  toolChoiceFromWire,
  toolChoiceToWire,
  toolsBesideAgents,
} from './client-tools.ts';
import { turnDetectionFromWire, turnDetectionToWire } from './turn-detection.ts';

/** What a session on the wire starts from. */
export interface WireSessionOptions {
  readonly sessionId: string;
  readonly agent: AgentDefinition;
  readonly model: string;
  readonly sessionType: WireConfig['sessionType'];
  /** Whether the agent speaks unasked. */
  readonly greets: boolean;
  readonly transcribes: boolean;
  readonly expiresAtMs: number;
}

/** What decides whether an update is still possible. */
export interface SessionProgress {
  /** The client was given agent audio. */
  readonly hasSpoken: boolean;
  /** The conversation holds an item. */
  readonly hasItems: boolean;
}

/** What an update changes in the session, or why it changes nothing. */
export type SessionUpdate =
  | {
      readonly ok: true;
      readonly config: Partial<SessionConfig>;
      /** The caller's address on file, where the update names one. */
      readonly contactEmail: string | null;
    }
  | { readonly ok: false; readonly fault: ProtocolFault };

/** Overrides of one answer in the session's terms, or why they cannot be met. */
export type AnswerRequest =
  | { readonly ok: true; readonly options: AnswerOptions }
  | { readonly ok: false; readonly fault: ProtocolFault };

/** The configuration of a session as its client sees it, and what it means to the session. */
export class WireSession {
  readonly #options: WireSessionOptions;
  readonly #defaults: WireConfig;
  #config: WireConfig;

  constructor(options: WireSessionOptions) {
    this.#options = options;
    this.#defaults = startingConfig(options);
    this.#config = this.#defaults;
  }

  get config(): WireConfig {
    return this.#config;
  }

  /** Whether the client wants to read what the caller said. */
  get transcribes(): boolean {
    const { sessionType, inputTranscription } = this.#config;
    return sessionType === 'transcription' || inputTranscription !== null;
  }

  /** The agent as the session starts it. */
  get agent(): AgentDefinition {
    const { agent } = this.#options;
    return this.#config.sessionType === 'transcription'
      ? { ...agent, config: { ...agent.config, ...this.#listening(), greeting: null } }
      : agent;
  }

  /** The session object of session.created and session.updated. */
  object(): SessionObject {
    const { sessionId, expiresAtMs } = this.#options;
    return sessionObject({
      ...this.#config,
      id: sessionId,
      expiresAt: Math.floor(expiresAtMs / 1000),
    });
  }

  /** Takes a session.update as a whole, or leaves everything as it was. */
  update({ contactEmail, ...patch }: SessionPatch, progress: SessionProgress): SessionUpdate {
    if (contactEmail !== undefined && sayAddress(contactEmail) === null) {
      return { ok: false, fault: UNSPEAKABLE_ADDRESS };
    }
    const asked = this.#options.greets ? withoutModel(patch) : patch;
    const next = applySessionPatch(this.#config, asked, this.#defaults);
    const fault = this.#faultOf(next, progress);
    if (fault) return { ok: false, fault };
    const isListeningAsked = asked.turnDetection !== undefined || asked.sessionType !== undefined;
    this.#config = next;
    return {
      ok: true,
      contactEmail: contactEmail ?? null,
      config: {
        instructions: next.instructions,
        voice: next.voice,
        speed: next.speed,
        modality: next.outputModality,
        toolChoice: toolChoiceFromWire(next.toolChoice),
        maxOutputTokens: maxTokensOf(next.maxOutputTokens),
        ...(asked.temperature !== undefined && { temperature: next.temperature }),
        ...(asked.tools !== undefined && { tools: this.#toolsOf(next.tools) }),
        ...(isListeningAsked && this.#listening()),
        ...(next.sessionType === 'transcription' && { greeting: null }),
      },
    };
  }

  /** What a response.create asks for. */
  answerOptions(response: ResponseOverrides): AnswerRequest {
    const fault = this.#faultOfResponse(response);
    if (fault) return { ok: false, fault };
    const { instructions, outputModality, tools, toolChoice, metadata } = response;
    const { maxOutputTokens, temperature } = response;
    return {
      ok: true,
      options: {
        ...(instructions !== undefined && { instructions }),
        ...(outputModality !== undefined && { modality: outputModality }),
        ...(tools !== undefined && { tools: this.#toolsOf(tools) }),
        ...(toolChoice !== undefined && { toolChoice: toolChoiceFromWire(toolChoice) }),
        ...(maxOutputTokens !== undefined && { maxOutputTokens: maxTokensOf(maxOutputTokens) }),
        ...(temperature !== undefined && { temperature }),
        ...(metadata !== undefined && { metadata }),
      },
    };
  }

  #toolsOf(tools: WireConfig['tools']) {
    const { agent, greets } = this.#options;
    return toolsBesideAgents(tools, { agentTools: agent.config.tools, isCovered: greets });
  }

  /** A session that only transcribes answers no turn. */
  #listening(): Pick<SessionConfig, 'turnDetection'> {
    const detection = turnDetectionFromWire(this.#config.turnDetection);
    const isAnswered = this.#config.sessionType === 'realtime';
    return {
      turnDetection: detection && {
        ...detection,
        createsResponse: detection.createsResponse && isAnswered,
      },
    };
  }

  #faultOf(next: WireConfig, { hasSpoken, hasItems }: SessionProgress): ProtocolFault | null {
    const { model, voice, outputFormat, sessionType } = this.#config;
    if (next.model !== model) return protocolErrors.cannotUpdateModel();
    if (next.prompt !== null) {
      return protocolErrors.invalidValue({
        param: 'session.prompt',
        reason: 'stored prompts are not kept on this server; send their text as instructions',
      });
    }
    if (hasSpoken && next.voice !== voice) return protocolErrors.cannotUpdateVoice();
    if (hasSpoken && next.outputFormat.rate !== outputFormat.rate) {
      return protocolErrors.invalidValue({
        param: 'session.audio.output.format',
        reason: 'the sample rate is fixed once agent audio was sent; set it before',
      });
    }
    if (hasItems && next.sessionType !== sessionType) {
      return protocolErrors.invalidValue({
        param: 'session.type',
        reason: 'the type is fixed once the conversation has begun; open another session',
      });
    }
    return null;
  }

  #faultOfResponse(response: ResponseOverrides): ProtocolFault | null {
    const { sessionType, voice, outputFormat } = this.#config;
    if (sessionType === 'transcription') return protocolErrors.noResponsesInTranscription();
    if (response.prompt !== undefined) {
      return protocolErrors.invalidValue({
        param: 'response.prompt',
        reason: 'stored prompts are not kept on this server; send their text as instructions',
      });
    }
    if (response.voice !== undefined && response.voice !== voice) {
      return protocolErrors.invalidValue({
        param: 'response.audio.output.voice',
        reason: `the session speaks as '${voice}'; change it with session.update before any audio`,
      });
    }
    if (
      response.outputFormat !== undefined &&
      response.outputFormat.encoding !== outputFormat.encoding
    ) {
      return protocolErrors.invalidValue({
        param: 'response.audio.output.format',
        reason: `the session sends ${outputFormat.encoding}; change it with session.update`,
      });
    }
    return null;
  }
}

/** The address is not repeated: errors end up in logs. */
const UNSPEAKABLE_ADDRESS = protocolErrors.invalidValue({
  param: 'session.antiphon.contactEmail',
  reason:
    'it is read to the caller, so it must be one plain e-mail address of letters, digits and ' +
    '._+-, such as jo.smith@example.com',
});

function startingConfig(options: WireSessionOptions): WireConfig {
  const { config } = options.agent;
  const { model, sessionType, transcribes } = options;
  return {
    ...defaultSessionConfig({ model, voice: config.voice, sessionType }),
    instructions: config.instructions,
    outputModality: config.modality,
    speed: config.speed,
    tools: clientToolsOf(config.tools),
    toolChoice: toolChoiceToWire(config.toolChoice),
    maxOutputTokens: config.maxOutputTokens ?? 'inf',
    turnDetection: turnDetectionToWire(config.turnDetection),
    inputTranscription: transcribes ? { model } : null,
  };
}

/** Clients name their default model with every update; an agent's session runs what the agent says. */
function withoutModel({ model: _model, ...patch }: SessionPatch): SessionPatch {
  return patch;
}

function maxTokensOf(maxOutputTokens: number | 'inf'): number | null {
  return maxOutputTokens === 'inf' ? null : maxOutputTokens;
}
