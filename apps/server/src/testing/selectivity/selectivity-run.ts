import { fileURLToPath } from 'node:url';
import { loadAgents } from '@antiphon/agents';
import type { AgentDefinition, Dialogue } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { selectivityClips } from './selectivity-clips.ts';
import type { LegKind, SelectivityOutcome } from './selectivity-trial.ts';
import { FRAME_MS, SelectivityTrial } from './selectivity-trial.ts';
import { SteppedPipeline } from './stepped-pipeline.ts';

/** What the agent says to whatever the caller says first: seven seconds. */
export const AGENT_LINE =
  'Your order has left our warehouse and is on its way to you now, ' +
  'it should be at your door by Thursday before noon.';

const SCRIPT: Dialogue = {
  slots: {},
  intents: {},
  start: 'answering',
  stages: { answering: { on: {} } },
  unclear: [AGENT_LINE],
};

const AGENTS = fileURLToPath(new URL('../../../agents', import.meta.url));

/** Calls at once; more share the models' work better, but each needs a decoder of 13 MB. */
const CALLS = 24;

/** Plays every clip of the selectivity set over the agent, on each kind of leg. */
export async function runSelectivity(legs: readonly LegKind[]): Promise<SelectivityOutcome[]> {
  const agent = await answeringAgent();
  const clock = new DrivenClock();
  const pipeline = await SteppedPipeline.start({
    clock,
    vocabulary: agent.dialogue!,
    script: SCRIPT,
    sessions: CALLS,
  });
  try {
    const clips = await selectivityClips(pipeline.flite);
    await pipeline.flite.prewarm([AGENT_LINE], agent.config.voice);
    const waiting = clips.flatMap((clip) => legs.map((leg) => ({ clip, leg })));
    const outcomes: SelectivityOutcome[] = [];
    let running: SelectivityTrial[] = [];
    while (waiting.length > 0 || running.length > 0) {
      const begun = waiting.splice(0, CALLS - running.length).map(
        (call) =>
          new SelectivityTrial({
            ...call,
            agent,
            clock,
            engine: pipeline.nextEngine(),
            detectors: pipeline.detectors,
          }),
      );
      running.push(...begun);
      for (const trial of running) trial.step();
      await pipeline.caughtUp();
      clock.advance(FRAME_MS);
      const over = running.filter((trial) => trial.isOver);
      running = running.filter((trial) => !over.includes(trial));
      for (const trial of over) outcomes.push(trial.end());
    }
    return outcomes;
  } finally {
    await pipeline.close();
  }
}

/** The example agent, which waits for its caller. */
async function answeringAgent(): Promise<AgentDefinition> {
  const { definition } = (await loadAgents(AGENTS)).get('acme-support')!;
  return { ...definition, config: { ...definition.config, greeting: null } };
}
