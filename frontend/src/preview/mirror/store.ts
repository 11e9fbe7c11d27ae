// Results of a rune that runs elsewhere, on the same person's phone: what came, read as if it had run here.
import { createStore, type StoreApi } from "zustand/vanilla";
import { median } from "../readings/numbers";
import { DEFAULT_CALLING, NO_READINGS, read, type Calling, type Readings } from "../readings/readings";
import type { RunNews } from "../running/session";

export interface MirrorState {
  /** The title of the rune that runs there. */
  readonly title: string;
  readonly readings: Readings;
  /** Median of the newest runs there, or null before the first. */
  readonly milliseconds: number | null;
  readonly calling: Calling;
}

const TIMES = 21;
const NOTHING: MirrorState = { title: "", readings: NO_READINGS, milliseconds: null, calling: DEFAULT_CALLING };

export class MirrorStore {
  readonly #now: () => number;
  readonly #store = createStore<MirrorState>(() => NOTHING);
  readonly state: Omit<StoreApi<MirrorState>, "setState"> = this.#store;
  #wordlists: readonly (readonly string[])[] = [];
  #times: readonly number[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Another rune runs there, or the first. */
  about(title: string, wordlists: readonly (readonly string[])[]): void {
    this.#wordlists = wordlists;
    this.#times = [];
    this.#store.setState({ title, readings: NO_READINGS, milliseconds: null });
  }

  take({ outputs, milliseconds, isStream }: RunNews): void {
    this.#times = [...this.#times, milliseconds].slice(-TIMES);
    const { readings, calling } = this.#store.getState();
    const context = { wordlists: this.#wordlists, isStream, calling, now: this.#now() };
    this.#store.setState({ readings: read(readings, outputs, context), milliseconds: median(this.#times) });
  }

  readonly setCalling = (calling: Calling): void => this.#store.setState({ calling });
}
