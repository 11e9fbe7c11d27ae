// The time of each stage of a timed rune: between the marks that it logs, summed over many runs, since a page's clock
// moves in steps that are longer than most stages. Knows no rune and no worker.
import type { StageTime, StageTimes } from "./types";

/** How a mark's line begins; the stage's name as JSON and `}` follow. */
const MARK = '{"level":"TRACE","target":"rune.stage","message":';
/** Lines that are told apart: a rune may log what it likes. */
const LINES = 1000;
const STEPS_SEEN = 5;
const MAX_CLOCK_READINGS = 2_000_000;

type Now = () => number;
const clock: Now = () => performance.now();

/** Hears the marks of runs that follow one another. Lines are told apart by where they lie in the rune's memory. */
export class StageClock {
  readonly #now: Now;
  readonly #names = new Map<number, string | null>();
  /** The sums of the runs that sent something. */
  readonly #sums = new Map<string, number>();
  #runs = 0;
  #cost = 0;
  /** Runs that sent nothing, since a window was not full. */
  #waitingRuns = 0;
  /** The values of the run that is heard now. */
  #current = new Map<string, number>();
  #currentCost = 0;
  #marks = 0;
  #last = 0;

  constructor(now: Now = clock) {
    this.#now = now;
  }

  beginRun(): void {
    this.#current = new Map();
    this.#currentCost = 0;
    this.#marks = 0;
  }

  /** A run in which a window is not full skips the stages behind it: it counts apart. */
  endRun(isComplete: boolean): void {
    if (!isComplete) {
      this.#waitingRuns += 1;
      return;
    }
    this.#runs += 1;
    this.#cost += this.#currentCost;
    for (const [stage, time] of this.#current) this.#sums.set(stage, (this.#sums.get(stage) ?? 0) + time);
  }

  /** True when the line was a mark; `read` gives its text and is asked once for each address. */
  hear(address: number, read: () => string): boolean {
    const now = this.#now();
    let name = this.#names.get(address);
    if (name === undefined) {
      if (this.#names.size >= LINES) return false;
      name = stageOf(read());
      this.#names.set(address, name);
    }
    if (name === null) return false;
    if (this.#marks === 1) this.#currentCost += now - this.#last;
    else if (this.#marks > 1) this.#current.set(name, (this.#current.get(name) ?? 0) + now - this.#last);
    this.#marks += 1;
    this.#last = now;
    return true;
  }

  /** Milliseconds of all complete runs together; what the marks themselves took is taken off. */
  read(step: number): StageTimes {
    const stages = [...this.#sums].map(([stage, milliseconds]): StageTime => ({
      stage,
      milliseconds: Math.max(0, milliseconds - this.#cost),
    }));
    return { stages, runs: this.#runs, waitingRuns: this.#waitingRuns, step };
  }
}

function stageOf(line: string): string | null {
  if (!line.startsWith(MARK)) return null;
  try {
    const name: unknown = JSON.parse(line.slice(MARK.length, -1));
    return typeof name === "string" ? name : null;
  } catch {
    return null;
  }
}

/** Milliseconds between two readings of the clock that differ, the least of a few. */
export function clockStep(now: Now = clock): number {
  let step = Infinity;
  let before = now();
  for (let look = 0, steps = 0; look < MAX_CLOCK_READINGS && steps < STEPS_SEEN; look += 1) {
    const next = now();
    if (next === before) continue;
    step = Math.min(step, next - before);
    before = next;
    steps += 1;
  }
  return Number.isFinite(step) ? step : 0;
}
