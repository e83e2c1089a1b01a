import { loadAgents } from '@antiphon/agents';
import {
  CascadeEngine,
  FliteTextToSpeech,
  ScriptedLanguageModel,
  SoundSwallowerSpeechToText,
} from '@antiphon/pipelines';
import type { AgentDefinition, VoiceEngine } from '@antiphon/session';
import { systemClock } from '@antiphon/session';

/** What the models on this machine hear, think and speak with, in place of a provider's. */
export class LocalParts {
  readonly agent: AgentDefinition;
  readonly recogniser: SoundSwallowerSpeechToText;
  readonly script: ScriptedLanguageModel;
  readonly voice: FliteTextToSpeech;

  private constructor(
    agent: AgentDefinition,
    parts: {
      readonly recogniser: SoundSwallowerSpeechToText;
      readonly script: ScriptedLanguageModel;
      readonly voice: FliteTextToSpeech;
    },
  ) {
    this.agent = agent;
    this.recogniser = parts.recogniser;
    this.script = parts.script;
    this.voice = parts.voice;
  }

  /** Starts them for one of the agents in a folder, which has a script. */
  static async start(agentsDir: string, name: string): Promise<LocalParts> {
    const agent = (await loadAgents(agentsDir)).get(name)?.definition;
    if (!agent?.dialogue) throw new Error(`The agent ${name} has no script.`);
    const { dialogue } = agent;
    const recogniser = await SoundSwallowerSpeechToText.start({ dialogue });
    const voice = await FliteTextToSpeech.start({ workers: 1 });
    const script = new ScriptedLanguageModel(dialogue);
    return new LocalParts(agent, { recogniser, script, voice });
  }

  /** All of them in one. */
  engine(): VoiceEngine {
    return new CascadeEngine({
      name: 'model',
      speechToText: this.recogniser,
      languageModel: this.script,
      textToSpeech: this.voice,
      defaultVoice: this.agent.config.voice,
      clock: systemClock,
    });
  }

  async close(): Promise<void> {
    await this.voice.close();
    await this.recogniser.close();
  }
}
