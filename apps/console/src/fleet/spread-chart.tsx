import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { formatMinute } from '../format/format-time.ts';
import { drawnColor, useDrawnTheme } from '../ui/use-drawn-theme.ts';
import type { SpreadSeries } from './spread-series.ts';
import 'uplot/dist/uPlot.min.css';
import './spread-chart.css';

/** Charts of one page move their cursors together. */
const SYNC_KEY = 'fleet';

interface ChartProps {
  readonly title: string;
  readonly series: SpreadSeries;
  /** Seconds since the epoch. */
  readonly range: [from: number, to: number];
  /** The theme's variable, such as `--inference`. */
  readonly color: string;
  readonly budgetMs: number;
  readonly height: number;
}

/** The p50 and p95 of one figure over time, and its budget. */
export function SpreadChart({ title, series, range, color, budgetMs, height }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef({ series, range });
  const theme = useDrawnTheme();

  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const drawn = new uPlot(
      optionsOf({ element, color, budgetMs, height, range: () => latest.current.range }),
      latest.current.series,
      element,
    );
    chart.current = drawn;
    const observer = new ResizeObserver(() => {
      drawn.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      chart.current = null;
    };
    // Colours are read when the chart is made, so another theme makes it anew.
  }, [theme, color, budgetMs, height]);

  useEffect(() => {
    latest.current = { series, range };
    chart.current?.setData(series);
  }, [series, range]);

  return (
    <figure className="spread">
      <figcaption>
        {title} <SpreadNow series={series} />
      </figcaption>
      <div ref={frame} className="spread-frame" style={{ blockSize: height }} role="presentation" />
    </figure>
  );
}

/** The figures of the newest minute, which say in words what the lines show. */
function SpreadNow({ series: [, p50, p95] }: { readonly series: SpreadSeries }) {
  const middle = p50.at(-1) ?? null;
  const high = p95.at(-1) ?? null;
  return (
    <span className="spread-now">
      {middle === null || high === null
        ? 'none in the newest minute'
        : `p50 ${Math.round(middle)} · p95 ${Math.round(high)} ms`}
    </span>
  );
}

function optionsOf({
  element,
  color,
  budgetMs,
  height,
  range,
}: {
  readonly element: HTMLElement;
  readonly color: string;
  readonly budgetMs: number;
  readonly height: number;
  readonly range: () => [from: number, to: number];
}): uPlot.Options {
  const line = drawnColor(element, color);
  const quiet = drawnColor(element, '--quiet');
  const grid = drawnColor(element, '--line');
  const limit = drawnColor(element, '--bad');
  const axis = {
    stroke: quiet,
    font: '11px system-ui, sans-serif',
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { sync: { key: SYNC_KEY }, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: true, range },
      y: { range: (_chart, _low, high) => [0, Math.max(high * 1.1, budgetMs * 1.15)] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        space: 64,
        values: (_chart, seconds) => seconds.map((second) => formatMinute(second * 1000)),
      },
      { ...axis, size: 40, space: 30, values: (_chart, ticks) => ticks.map((ms) => `${ms}`) },
    ],
    bands: [{ series: [2, 1], fill: withAlpha(line, 0.16) }],
    series: [
      {},
      { label: 'p50', stroke: line, width: 2, points: { show: false } },
      { label: 'p95', stroke: withAlpha(line, 0.65), width: 1, points: { show: false } },
    ],
    hooks: {
      draw: [
        (chart) => {
          const { ctx, bbox } = chart;
          const y = Math.round(chart.valToPos(budgetMs, 'y', true));
          ctx.save();
          ctx.strokeStyle = limit;
          ctx.setLineDash([5, 4]);
          ctx.beginPath();
          ctx.moveTo(bbox.left, y);
          ctx.lineTo(bbox.left + bbox.width, y);
          ctx.stroke();
          ctx.restore();
        },
      ],
    },
  };
}

/** A computed colour, `rgb(r, g, b)`, less opaque. */
function withAlpha(color: string, alpha: number): string {
  return color.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
}
