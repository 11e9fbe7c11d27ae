// Generated input of a rune that reads a stream: chunks one after another, at the rate of the sensor that they stand for.
import { useEffect, useRef } from "react";

/** Milliseconds between two chunks of a sensor that nothing is known of. */
export const UNKNOWN_PERIOD = 100;
/** Chunks that are sent at once after a delay; a page that was away for longer goes on from where it is. */
const MOST_AT_ONCE = 4;

/** How many chunks are due, by the clock. */
export class ChunkClock {
  #next: number;

  /** The first chunk is due at once. */
  constructor(
    private readonly period: number,
    now: number,
  ) {
    this.#next = now;
  }

  due(now: number): number {
    if (now < this.#next) return 0;
    const due = Math.floor((now - this.#next) / this.period) + 1;
    this.#next += due * this.period;
    return Math.min(due, MOST_AT_ONCE);
  }
}

/** Sends `chunk` of every index, from 0, one each `period` milliseconds; null sends nothing. A hidden page rests. */
export function useSteadyChunks(period: number | null, send: (index: number) => void): void {
  const newest = useRef(send);
  useEffect(() => {
    newest.current = send;
  }, [send]);
  const index = useRef(0);
  useEffect(() => {
    if (period === null) return undefined;
    const clock = new ChunkClock(period, performance.now());
    const next = (): void => {
      const due = clock.due(performance.now());
      if (document.hidden) return;
      for (let sent = 0; sent < due; sent += 1) {
        newest.current(index.current);
        index.current += 1;
      }
    };
    next();
    const timer = setInterval(next, Math.min(period, 250));
    return () => clearInterval(timer);
  }, [period]);
}
