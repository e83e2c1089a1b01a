import { useMemo, useState } from 'react';
import { useSearch } from 'wouter';
import type { Charts, FeedEvent } from '@antiphon/observability';
import { useAnswer } from '../api/use-answer.ts';
import type { Answer } from '../api/use-answer.ts';
import { useSession } from '../feed/use-session.ts';
import { Page, Panel } from '../ui/page.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';
import type { CallState, TalkCall } from './call/talk-call.ts';
import { storedSettings, storeSettings } from './call/talk-settings.ts';
import type { TalkSettings } from './call/talk-settings.ts';
import { useTalk } from './call/use-talk.ts';
import type { Agent } from './view/agent.ts';
import { CallBar } from './view/call-bar.tsx';
import { CallSummary } from './view/call-summary.tsx';
import { conversationOf } from './view/conversation.ts';
import { ConversationView } from './view/conversation-view.tsx';
import { Keypad } from './view/keypad.tsx';
import { LastTurn } from './view/last-turn.tsx';
import { LiveChart } from './view/live-chart.tsx';
import { PushToTalk } from './view/push-to-talk.tsx';
import { RegionPanel } from './view/region-panel.tsx';
import { SettingsPanel } from './view/settings-panel.tsx';
import { TextEntry } from './view/text-entry.tsx';
import { ToolWaitsView } from './view/tool-waits-view.tsx';
import './talk-page.css';
import './view/beside-call.css';

/** A call from this computer: through its microphone, or by typing. */
export function TalkPage() {
  const { value, error, status, reload } = useAnswer<{ agents: readonly Agent[] }>('/agents');
  return (
    <Page title="Talk">
      {status === 'loading' ? <Loading what="the agents" /> : null}
      {error === null ? null : <Failed error={error} what="agents" retry={reload} />}
      {value === null ? null : <Talking agents={value.agents} />}
    </Page>
  );
}

function Talking({ agents }: { readonly agents: readonly Agent[] }) {
  const asked = new URLSearchParams(useSearch()).get('agent');
  const [chosen, setChosen] = useState(asked);
  const [settings, setSettings] = useState(storedSettings);
  const { call, state, start } = useTalk();
  const charts = useAnswer<Charts>('/console/chart');
  const agent =
    agents.find(({ name }) => name === chosen) ??
    agents.find(({ isDefault }) => isDefault) ??
    agents[0];
  if (agent === undefined) {
    return <Empty title="This server has no agents">Add a folder to its agents.</Empty>;
  }
  const begin = (usesMicrophone: boolean): void =>
    start({ agent: agent.name, settings, usesMicrophone });
  const change = (next: TalkSettings): void => {
    setSettings(next);
    storeSettings(next);
  };
  const isOver = state === null || state.phase === 'ended';
  const problem = state?.problem ?? null;
  return (
    <>
      <div className="talk-head">
        <CallBar
          agents={agents}
          agent={agent.name}
          choose={setChosen}
          call={call}
          state={state}
          start={() => begin(true)}
        />
        <SettingsPanel settings={settings} change={change} isLocked={!isOver} />
      </div>
      {problem === null ? null : (
        <p className="talk-problem" role="alert">
          {problem.text}
          {problem.canType && isOver ? (
            <button type="button" className="button" onClick={() => begin(false)}>
              Talk by typing
            </button>
          ) : null}
        </p>
      )}
      {call === null || state === null || state.sessionId === null ? (
        <BeforeCall agent={agent} charts={charts} isConnecting={state?.phase === 'connecting'} />
      ) : (
        <InCall
          key={state.sessionId}
          sessionId={state.sessionId}
          charts={charts}
          call={call}
          state={state}
          pushToTalk={settings.pushToTalk}
        />
      )}
    </>
  );
}

function BeforeCall({
  agent,
  charts,
  isConnecting,
}: {
  readonly agent: Agent;
  readonly charts: Answer<Charts>;
  readonly isConnecting: boolean;
}) {
  return (
    <div className="talk-grid">
      <Panel title="Conversation">
        <Empty title={isConnecting ? 'Calling …' : `Talk to ${agent.name}`}>
          {agent.description} {isConnecting ? '' : 'Press Start and speak.'}
        </Empty>
      </Panel>
      <aside>
        <Panel title="State">
          <RegionPanel chart={charts.value?.session ?? null} state={null} />
        </Panel>
      </aside>
    </div>
  );
}

const NO_EVENTS: readonly FeedEvent[] = [];

function InCall({
  sessionId,
  charts,
  call,
  state,
  pushToTalk,
}: {
  readonly sessionId: string;
  readonly charts: Answer<Charts>;
  readonly call: TalkCall;
  readonly state: CallState;
  readonly pushToTalk: boolean;
}) {
  const { session, error, reload } = useSession(sessionId);
  const events = session?.events ?? NO_EVENTS;
  const lines = useMemo(() => conversationOf(events), [events]);
  const isLive = state.phase === 'live';
  return (
    <>
      {error === null ? null : <Failed error={error} what="session" retry={reload} />}
      {isLive || session === null ? null : <CallSummary session={session} />}
      <div className="talk-grid">
        <Panel title="Conversation">
          <ConversationView lines={lines} call={call} />
          {isLive ? (
            <div className="talk-foot">
              {pushToTalk && state.hasMicrophone ? <PushToTalk call={call} state={state} /> : null}
              <TextEntry call={call} />
              <Keypad call={call} />
            </div>
          ) : null}
        </Panel>
        <aside>
          <Panel title="State">
            <RegionPanel chart={charts.value?.session ?? null} state={session?.row.state ?? null} />
          </Panel>
          <Panel title="Last answer">
            <LastTurn sessionId={sessionId} events={events} opensBeside={isLive} />
          </Panel>
          <Panel title="Tools">
            <ToolWaitsView events={events} />
          </Panel>
        </aside>
      </div>
      <Panel title="Machine">
        <LiveChart charts={charts} events={events} />
      </Panel>
    </>
  );
}
