// Rows at an even rate, whatever the sensor's own: of a whole recording, or of a sensor while it gives them.
import { ROW_STEP, type MotionRow } from "./motion";

/** A row of a motion sensor and when it came, in milliseconds. */
export interface TimedRow {
  readonly at: number;
  readonly row: MotionRow;
}

/** Rows at an even rate, between those that came: `milliseconds * rate / 1000` of them, from `start` on. */
export function evenRows(rows: readonly TimedRow[], start: number, milliseconds: number, rate: number): MotionRow[] {
  let next = 0;
  return Array.from({ length: Math.round((milliseconds * rate) / 1000) }, (_, index) => {
    const at = start + (index * 1000) / rate;
    while (next < rows.length - 1 && (rows[next]?.at ?? 0) < at) next += 1;
    const after = rows[next];
    const before = rows[Math.max(0, next - 1)];
    return after === undefined || before === undefined ? [0, 0, 0] : between(before, after, at);
  });
}

/** Milliseconds without a row after which the rows between are not made up. */
const GAP = 1000;

/** The rows of a sensor that is on, one every `ROW_STEP` from its first row on: those of `evenRows` for the same rows. */
export class EvenRows {
  #start = 0;
  #count = 0;
  #last: TimedRow | null = null;

  /** Takes what came, and gives the even rows up to then. */
  push(came: TimedRow): TimedRow[] {
    if (this.#last === null || came.at - this.#last.at > GAP) {
      this.#start = came.at;
      this.#count = 0;
    }
    const before = this.#count === 0 ? came : (this.#last ?? came);
    this.#last = came;
    const even: TimedRow[] = [];
    for (let at = this.#next(); at <= came.at; at = this.#next()) {
      even.push({ at, row: between(before, came, at) });
      this.#count += 1;
    }
    return even;
  }

  #next(): number {
    return this.#start + this.#count * ROW_STEP;
  }
}

function between(before: TimedRow, after: TimedRow, at: number): MotionRow {
  const span = after.at - before.at;
  const part = span <= 0 ? 1 : Math.min(1, Math.max(0, (at - before.at) / span));
  const mix = (axis: 0 | 1 | 2): number => before.row[axis] + (after.row[axis] - before.row[axis]) * part;
  return [mix(0), mix(1), mix(2)];
}
