// The sound of the moment: the peaks of what is being recorded, for its drawing, and the level of the last moment.

const PEAKS_PER_SECOND = 40;

export class LiveSound {
  /** The peaks of the sound, each 0 to 100, as in the drawing of a recording. */
  peaks: number[] = [];
  /** The largest magnitude of the last block. */
  level = 0;
  #loudest = 0;
  #count = 0;

  constructor(readonly rate: number) {}

  readonly add = (block: Float32Array): void => {
    const length = Math.round(this.rate / PEAKS_PER_SECOND);
    let level = 0;
    for (const value of block) {
      level = Math.max(level, Math.abs(value));
      this.#loudest = Math.max(this.#loudest, Math.abs(value));
      this.#count += 1;
      if (this.#count < length) continue;
      this.peaks.push(Math.round(Math.min(1, this.#loudest) * 100));
      [this.#count, this.#loudest] = [0, 0];
    }
    // It falls slowly, so that a short sound can be read.
    this.level = Math.max(level, this.level * 0.97);
  };

  /** Begins a drawing. */
  clear(): void {
    this.peaks = [];
    [this.#count, this.#loudest] = [0, 0];
  }
}
