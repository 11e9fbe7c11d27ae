// The columns of a spectrogram over the last seconds: each is computed once, when its samples are there. No component.
import { FRAME, spectrogramColumn } from "../sound/spectrum";
import type { Heard } from "./heard";

/** Columns over all that is shown. */
export const COLUMNS = 240;

export class SpectrogramColumns {
  readonly #columns = new Map<number, readonly number[]>();
  #beginnings = 0;

  /** The columns of what is shown, oldest first; null where there is no sound yet. */
  read(heard: Heard): readonly (readonly number[] | null)[] {
    const { shown, count, beginnings } = heard;
    if (beginnings !== this.#beginnings) this.#columns.clear();
    this.#beginnings = beginnings;
    const step = shown / COLUMNS;
    const last = Math.floor((count - FRAME) / step);
    const first = Math.ceil((count - shown) / step);
    const samples = heard.samples();
    const start = count - shown;
    for (const number of this.#columns.keys()) if (number < first || number > last) this.#columns.delete(number);
    return Array.from({ length: COLUMNS }, (_, index) => {
      const number = first + index;
      const from = Math.round(number * step);
      if (from < 0 || from < start || number > last) return null;
      const before = this.#columns.get(number);
      if (before !== undefined) return before;
      const fresh = spectrogramColumn(samples.subarray(from - start, from - start + FRAME));
      this.#columns.set(number, fresh);
      return fresh;
    });
  }
}
