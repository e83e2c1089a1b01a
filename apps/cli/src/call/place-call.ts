import type { FeedEvent } from '@antiphon/observability';
import type { WireClientEvent } from '@antiphon/protocol';
import type { Clip } from '../clip.ts';
import { FeedClient } from '../feed-client.ts';
import { FrameClock } from '../frame-clock.ts';
import { oneTimeSignal } from '../one-time-signal.ts';
import { RealtimeClient } from '../realtime-client.ts';
import type { CallerLine, Scenario } from '../scenario.ts';
import { feedAddress, realtimeAddress } from '../server-address.ts';
import type { CallRecord } from './call-record.ts';
import { Caller } from './caller.ts';

/** The server says goodbye within a farewell's length of the last line. */
const SESSION_END_LIMIT_MS = 15_000;

/** The feed travels apart from the wire: its last messages may come a little later. */
const FEED_END_LIMIT_MS = 2_000;

/** Longer than the slowest tool takes, and the e-mail with its answer. */
const FOLLOW_UP_LIMIT_MS = 60_000;

const ULAW = { type: 'audio/pcmu' } as const;

/** Where to call, what to play and whom to tell. */
export interface CallOptions {
  readonly server: string;
  readonly key: string;
  readonly scenario: Scenario;
  /** Hangs up when it aborts. */
  readonly signal: AbortSignal;
  readonly clip: (name: string) => Clip;
  readonly onConnected: (sessionId: string) => void;
  readonly onLine: (line: CallerLine) => void;
  readonly onFeed: (event: FeedEvent) => void;
}

/** A call that was placed and is over. */
export interface PlacedCall {
  readonly sessionId: string;
  readonly record: CallRecord;
  readonly durationMs: number;
  /** Both sides as a WAV file, caller left. */
  readonly wav: Uint8Array;
}

/**
 * Plays a scenario against a server in real time and hangs up. It always ends: after the
 * scenario's limit, a minute where an e-mail is expected, and a few seconds of goodbye at most. Rejects with `server_unreachable` or
 * `server_refused` when no session comes about, and with `invalid_clip`.
 */
export async function placeCall(options: CallOptions): Promise<PlacedCall> {
  const { server, key, scenario, signal } = options;
  const clips = clipsOf(options);
  const startedAtMs = performance.now();
  const nowMs = () => performance.now() - startedAtMs;
  const scriptEnded = oneTimeSignal();
  const wireClosed = oneTimeSignal();
  const feedClosed = oneTimeSignal();
  const configured = oneTimeSignal();
  const followedUp = oneTimeSignal();
  const expectedMails = scenario.expect.followUps ?? 0;

  const caller = new Caller({
    lines: scenario.conversation,
    clip: (name) => clips.get(name)!,
    send: (event: WireClientEvent) => client.send(event),
    onLine: options.onLine,
    onScriptEnd: scriptEnded.fire,
  });
  const client = await RealtimeClient.open({
    address: realtimeAddress(server, scenario.agent),
    key,
    onEvent: (event) => {
      if (event.type === 'session.updated') configured.fire();
      caller.wire(event, nowMs());
    },
    onClosed: ({ code, reason }) => {
      wireClosed.fire();
      configured.fire();
      caller.sessionEnded(`the session ended (${code}${reason === '' ? '' : ` ${reason}`})`);
    },
  });
  const hangUp = () => caller.abandon('the call was interrupted from outside');
  signal.addEventListener('abort', hangUp);
  try {
    options.onConnected(client.session.id);
    const feed = await FeedClient.open({
      address: feedAddress(server, client.session.id),
      key,
      onEvent: (event) => {
        caller.feed(event);
        options.onFeed(event);
        const settled = caller.record.followUps.filter(({ isFinal }) => isFinal);
        if (settled.length >= expectedMails) followedUp.fire();
        if (event.type === 'session.ended') feedClosed.fire();
      },
      onClosed: (refusal) => {
        if (refusal !== null) caller.record.errors.push(`feed: ${refusal}`);
        feedClosed.fire();
      },
    });
    try {
      client.send({
        type: 'session.update',
        session: { type: 'realtime', audio: { input: { format: ULAW }, output: { format: ULAW } } },
      });
      await configured.within(SESSION_END_LIMIT_MS);
      const clock = new FrameClock((lateMs) => {
        const frame = caller.nextFrame(nowMs(), lateMs);
        if (!wireClosed.isFired) client.appendAudio(frame);
      });
      caller.openMicrophone(clock.startAtMs - startedAtMs);
      try {
        await scriptEnded.within(scenario.limitSeconds * 1000);
        caller.abandon(`the call took longer than ${scenario.limitSeconds} s`);
        // Whoever was promised an e-mail stays on until it is there: the feed ends with the call.
        if (expectedMails > 0 && caller.record.script?.outcome === 'played') {
          await Promise.race([
            followedUp.within(FOLLOW_UP_LIMIT_MS),
            wireClosed.within(FOLLOW_UP_LIMIT_MS),
          ]);
        }
        if (scenario.expect.ends !== undefined && caller.record.script?.outcome === 'played') {
          await wireClosed.within(SESSION_END_LIMIT_MS);
        }
      } finally {
        clock.stop();
      }
      const durationMs = nowMs();
      client.close();
      await wireClosed.within(FEED_END_LIMIT_MS);
      await feedClosed.within(FEED_END_LIMIT_MS);
      caller.record.agentTurns = caller.agentTurns();
      const wav = caller.recording.wav();
      return { sessionId: client.session.id, record: caller.record, durationMs, wav };
    } finally {
      feed.close();
    }
  } finally {
    signal.removeEventListener('abort', hangUp);
    client.terminate();
  }
}

/** Every recording is read before the call: a missing one ends no conversation half way. */
function clipsOf({ scenario, clip }: CallOptions): ReadonlyMap<string, Clip> {
  const names = scenario.conversation.flatMap((line) =>
    line.speaker === 'caller' ? [line.clip] : [],
  );
  return new Map(names.map((name) => [name, clip(name)]));
}
