// Results of a rune that runs elsewhere, on the same person's phone: what came, read as if it had run here.
import { median } from "../numbers";
import { DEFAULT_CALLING, NO_READINGS, read, type Calling, type Readings } from "../readings";
import type { RunNews } from "../session";

export interface Mirrored {
  /** What runs there. */
  readonly title: string;
  readonly readings: Readings;
  /** Median of the newest runs there, or null before the first. */
  readonly milliseconds: number | null;
  readonly calling: Calling;
}

const TIMES = 21;
const NOTHING: Mirrored = { title: "", readings: NO_READINGS, milliseconds: null, calling: DEFAULT_CALLING };

export class MirrorStore {
  readonly #listeners = new Set<() => void>();
  readonly #now: () => number;
  #state: Mirrored = NOTHING;
  #wordlists: readonly (readonly string[])[] = [];
  #times: readonly number[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly current = (): Mirrored => this.#state;

  /** Another rune runs there, or the first. */
  about(title: string, wordlists: readonly (readonly string[])[]): void {
    this.#wordlists = wordlists;
    this.#times = [];
    this.#change({ title, readings: NO_READINGS, milliseconds: null });
  }

  take({ outputs, milliseconds, isStream }: RunNews): void {
    this.#times = [...this.#times, milliseconds].slice(-TIMES);
    const { readings, calling } = this.#state;
    const context = { wordlists: this.#wordlists, isStream, calling, now: this.#now() };
    this.#change({ readings: read(readings, outputs, context), milliseconds: median(this.#times) });
  }

  readonly setCalling = (calling: Calling): void => this.#change({ calling });

  #change(changed: Partial<Mirrored>): void {
    this.#state = { ...this.#state, ...changed };
    for (const listener of this.#listeners) listener();
  }
}
