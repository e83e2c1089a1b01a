import { useMemo, useState } from 'react';
import type { KeyboardEvent, MouseEvent, ReactNode, Ref } from 'react';
import { Link } from 'wouter';
import type { Waveform } from '@antiphon/observability';
import { formatLatency } from '../format/format-duration.ts';
import { TimelineMarkLayer } from './timeline-mark-layer.tsx';
import { marksOf } from './timeline-marks.ts';
import type { Timeline } from './timeline-model.ts';
import { isWithin, placed, useTimelineWindow } from './use-timeline-window.ts';
import type { TimelineWindow } from './use-timeline-window.ts';
import { Words } from './timeline-words-lanes.tsx';
import './timeline-view.css';

/** Pixels a second, from a whole hour on a screen to single words. */
const ZOOMS = [4, 10, 20, 40, 80, 160];
const STEP_MS = 1_000;

/** The last turn has room for its figures, however short it is. */
const CHIP_PX = 90;

/** The names of the lanes, and how high each is. */
const LANES = [
  ['', 'lane axis'],
  ['turns', 'lane'],
  ['caller', 'lane'],
  ['turn', 'lane'],
  ['agent audio', 'lane'],
  ['caller’s sound', 'lane sound'],
  ['agent’s sound', 'lane sound'],
  ['tools', 'lane'],
  ['caller said', 'lane words'],
  ['agent said', 'lane words'],
] as const;

/** Everything of a session along one axis of time, which is chosen by a click or the arrow keys. */
export function TimelineView({
  id,
  timeline,
  waveform,
  withoutSound,
  atMs,
  isLive,
  cursor,
  onPick,
}: {
  readonly id: string;
  readonly timeline: Timeline;
  readonly waveform: Waveform | null;
  /** Why there is no sound to be seen. */
  readonly withoutSound: string;
  /** The instant that is shown; null while the newest is. */
  readonly atMs: number | null;
  /** Whether the session goes on, and its end with it. */
  readonly isLive: boolean;
  /** Moved by whoever plays the recording. */
  readonly cursor: Ref<HTMLDivElement>;
  readonly onPick: (atMs: number) => void;
}) {
  const [zoom, setZoom] = useState(3);
  const marks = useMemo(() => marksOf(timeline), [timeline]);
  const pxPerMs = ZOOMS[zoom]! / 1000;
  const width = Math.max(300, Math.ceil(timeline.lengthMs * pxPerMs));
  const { scroll, onScroll, shown } = useTimelineWindow(width, isLive && atMs === null);
  /** Whether something is in the part that is drawn. */
  const isDrawn = (fromMs: number, toMs: number) =>
    isWithin(shown, fromMs * pxPerMs, toMs * pxPerMs);
  const sound = { withoutSound, pxPerPoint: (waveform?.msPerPoint ?? 0) * pxPerMs };
  const pick = (ms: number) => onPick(Math.min(timeline.lengthMs, Math.max(0, ms)));
  const onClick = (event: MouseEvent<HTMLDivElement>) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    pick((event.clientX - left) / pxPerMs);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -STEP_MS, ArrowRight: STEP_MS }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    pick((atMs ?? timeline.lengthMs) + step);
  };
  return (
    <div className="timeline">
      <div className="timeline-zoom">
        <button
          type="button"
          className="button"
          aria-label="Show more time"
          disabled={zoom === 0}
          onClick={() => setZoom(zoom - 1)}
        >
          −
        </button>
        <button
          type="button"
          className="button"
          aria-label="Show less time"
          disabled={zoom === ZOOMS.length - 1}
          onClick={() => setZoom(zoom + 1)}
        >
          +
        </button>
      </div>
      <ul className="lane-names" aria-hidden="true">
        {LANES.map(([name, kind]) => (
          <li key={name} className={kind}>
            {name}
          </li>
        ))}
      </ul>
      <div className="timeline-scroll" ref={scroll} onScroll={onScroll}>
        {/* A click picks the instant under the pointer; for the keyboard there is the slider in it. */}
        <div className="timeline-body" style={{ width }} role="presentation" onClick={onClick}>
          <div
            className="timeline-slider"
            role="slider"
            tabIndex={0}
            aria-label="Instant shown"
            aria-valuemin={0}
            aria-valuemax={Math.round(timeline.lengthMs)}
            aria-valuenow={Math.round(atMs ?? timeline.lengthMs)}
            aria-valuetext={`${((atMs ?? timeline.lengthMs) / 1000).toFixed(1)} s`}
            onKeyDown={onKeyDown}
          />
          <Axis lengthMs={timeline.lengthMs} pxPerMs={pxPerMs} shown={shown} />
          <Turns id={id} timeline={timeline} pxPerMs={pxPerMs} shown={shown} />
          {(['caller', 'turn', 'agentAudio'] as const).map((region) => (
            <Lane key={region}>
              {timeline.lanes[region]
                .filter(({ fromMs, toMs }) => isDrawn(fromMs, toMs))
                .map(({ state, fromMs, toMs }) => (
                  <span
                    key={`${fromMs}${state}`}
                    className="stay"
                    data-region={region}
                    data-state={state.split('.')[0]}
                    title={`${state}, ${formatLatency(toMs - fromMs)}`}
                    style={placed(fromMs, toMs, pxPerMs)}
                  >
                    {state.split('.').at(-1)}
                  </span>
                ))}
            </Lane>
          ))}
          <Sound name="caller's sound" {...sound} peaks={waveform?.caller ?? null} />
          <Sound name="agent's sound" {...sound} peaks={waveform?.agent ?? null} />
          {/* The marks of tools are drawn over it. */}
          <Lane>{null}</Lane>
          <Words timeline={timeline} pxPerMs={pxPerMs} shown={shown} />
          <TimelineMarkLayer marks={marks} pxPerMs={pxPerMs} isDrawn={isDrawn} onPick={pick} />
          <div
            ref={cursor}
            className="cursor"
            data-px-per-ms={pxPerMs}
            hidden={atMs === null}
            style={{ transform: `translateX(${(atMs ?? 0) * pxPerMs}px)` }}
          />
        </div>
      </div>
    </div>
  );
}

function Lane({ children }: { readonly children: ReactNode }) {
  return <div className="lane">{children}</div>;
}

function Axis({
  lengthMs,
  pxPerMs,
  shown,
}: {
  readonly lengthMs: number;
  readonly pxPerMs: number;
  readonly shown: TimelineWindow;
}) {
  const everyMs = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000].find((ms) => ms * pxPerMs >= 60);
  const step = everyMs ?? 300_000;
  const first = Math.floor(shown.fromPx / pxPerMs / step);
  const last = Math.floor(Math.min(lengthMs, shown.toPx / pxPerMs) / step);
  const marks = Array.from(
    { length: Math.max(0, last - first + 1) },
    (_, at) => (first + at) * step,
  );
  return (
    <div className="lane axis" aria-hidden="true">
      {marks.map((ms) => (
        <span key={ms} style={{ left: ms * pxPerMs }}>
          {Math.floor(ms / 60_000)}:{String(Math.floor(ms / 1000) % 60).padStart(2, '0')}
        </span>
      ))}
    </div>
  );
}

function Turns({
  id,
  timeline,
  pxPerMs,
  shown,
}: {
  readonly id: string;
  readonly timeline: Timeline;
  readonly pxPerMs: number;
  readonly shown: TimelineWindow;
}) {
  const chips = timeline.turns.map((turn, index, all) => ({
    ...turn,
    toMs: all[index + 1]?.atMs ?? Math.max(timeline.lengthMs, turn.atMs + CHIP_PX / pxPerMs),
  }));
  const drawn = chips.filter(({ atMs, toMs }) => isWithin(shown, atMs * pxPerMs, toMs * pxPerMs));
  return (
    <Lane>
      {drawn.map(({ turn, atMs, toMs, latencyMs }) => (
        <Link
          key={turn}
          href={`/s/${encodeURIComponent(id)}/turns/${turn}`}
          className="turn-chip"
          style={placed(atMs, toMs, pxPerMs)}
          onClick={(event) => event.stopPropagation()}
        >
          {turn}
          {latencyMs === null ? '' : ` · ${formatLatency(latencyMs)}`}
        </Link>
      ))}
    </Lane>
  );
}

/** The loudest samples as one shape, mirrored; it stretches with the axis. */
function Sound({
  name,
  peaks,
  pxPerPoint,
  withoutSound,
}: {
  readonly name: string;
  readonly withoutSound: string;
  readonly peaks: readonly number[] | null;
  readonly pxPerPoint: number;
}) {
  const path = useMemo(() => {
    if (peaks === null) return '';
    const upper = peaks.map((peak, at) => `L${at},${(1 - Math.sqrt(peak)).toFixed(3)}`);
    const lower = peaks
      .map((peak, at) => `L${at},${(1 + Math.sqrt(peak)).toFixed(3)}`)
      .toReversed();
    return `M0,1 ${upper.join(' ')} ${lower.join(' ')} Z`;
  }, [peaks]);
  return (
    <div className="lane sound" data-side={name.startsWith('caller') ? 'caller' : 'agent'}>
      {peaks === null || peaks.length === 0 ? (
        <span className="lane-empty">{withoutSound}</span>
      ) : (
        <svg
          viewBox={`0 0 ${Math.max(1, peaks.length - 1)} 2`}
          preserveAspectRatio="none"
          style={{ width: peaks.length * pxPerPoint }}
          role="img"
          aria-label={name}
        >
          <path d={path} />
        </svg>
      )}
    </div>
  );
}
