import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Loudspeaker } from '../audio/loudspeaker.ts';
import { Microphone } from '../audio/microphone.ts';
import { openRealtimeSocket } from './realtime-socket.ts';
import { TalkCall } from './talk-call.ts';
import type { CallPlan, CallState } from './talk-call.ts';

/** The call of a page, also after its end, until the next. */
export interface Talk {
  readonly call: TalkCall | null;
  readonly state: CallState | null;
  readonly start: (plan: CallPlan) => void;
}

const NO_CALL = {
  subscribe: () => () => undefined,
  state: () => null,
};

/** Calls from this page, one at a time; one that lives when the page is left is hung up. */
export function useTalk(): Talk {
  const [call, setCall] = useState<TalkCall | null>(null);
  const current = useRef<TalkCall | null>(null);
  const { subscribe, state } = call ?? NO_CALL;
  const start = useCallback((plan: CallPlan): void => {
    current.current?.hangUp();
    const next = new TalkCall(plan, {
      openMicrophone: (settings, listener) => Microphone.open(settings, listener),
      openLoudspeaker: (deviceId, listener) => Loudspeaker.open(deviceId, listener),
      connect: openRealtimeSocket,
      now: Date.now,
      isSecure: isSecureContext,
    });
    current.current = next;
    setCall(next);
    void next.start();
  }, []);
  useEffect(() => () => current.current?.hangUp(), []);
  return { call, state: useSyncExternalStore<CallState | null>(subscribe, state), start };
}
