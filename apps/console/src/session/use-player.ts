import { useCallback, useEffect, useRef, useState } from 'react';
import { keepInSight } from './use-timeline-window.ts';

/** The machine is shown anew this often while the recording plays. */
const SHOW_EVERY_MS = 100;

/** A recording that plays from any instant; null instants are before anything was picked. */
export function usePlayer(url: string | null) {
  const [atMs, setAtMs] = useState<number | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const audio = useRef<HTMLAudioElement | null>(null);
  const cursor = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (url === null) return undefined;
    const element = new Audio(url);
    element.preload = 'metadata';
    audio.current = element;
    const fail = () => setProblem('The recording cannot be played.');
    const stop = () => setPlaying(false);
    element.addEventListener('error', fail);
    element.addEventListener('ended', stop);
    return () => {
      element.removeEventListener('error', fail);
      element.removeEventListener('ended', stop);
      element.pause();
      element.removeAttribute('src');
      audio.current = null;
    };
  }, [url]);

  useEffect(() => {
    if (!isPlaying) return undefined;
    let shownAtMs = 0;
    let frame = requestAnimationFrame(function draw(now) {
      const ms = (audio.current?.currentTime ?? 0) * 1000;
      const pxPerMs = Number(cursor.current?.dataset['pxPerMs'] ?? 0);
      if (cursor.current) cursor.current.style.transform = `translateX(${ms * pxPerMs}px)`;
      if (now - shownAtMs >= SHOW_EVERY_MS) {
        shownAtMs = now;
        const scroll = cursor.current?.closest<HTMLElement>('.timeline-scroll');
        if (scroll) keepInSight(scroll, ms * pxPerMs);
        setAtMs(ms);
      }
      frame = requestAnimationFrame(draw);
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying]);

  const pick = useCallback((ms: number | null) => {
    setAtMs(ms);
    setProblem(null);
    const element = audio.current;
    if (ms === null || !element) {
      element?.pause();
      setPlaying(false);
      return;
    }
    element.currentTime = ms / 1000;
    element.play().then(
      () => setPlaying(true),
      (cause: unknown) => {
        // Whoever stops it before it has begun breaks nothing.
        if (cause instanceof DOMException && cause.name === 'AbortError') return;
        setProblem('The browser does not play the recording.');
      },
    );
  }, []);

  const pause = useCallback(() => {
    audio.current?.pause();
    setPlaying(false);
  }, []);

  return { atMs, isPlaying, problem, cursor, pick, pause };
}
