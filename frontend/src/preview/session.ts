// One rune in one page: loading it, giving it the newest input, keeping what came out. Knows no component; a component
// subscribes. One run at a time: input that comes during a run replaces the input that waits, and nothing queues.
import { DEFAULT_LIMITS, RuneError, type Given, type Limits, type Loaded, type LogLine, type RunResult } from "../runtime";
import { median } from "./numbers";
import { DEFAULT_CALLING, NO_READINGS, read, type Calling, type Readings } from "./readings";

/** What runs a rune: the sandboxed frame in a page. */
export interface Engine {
  load(rune: ArrayBuffer, limits: Limits, given: Given): Promise<Loaded>;
  run(inputs: ReadonlyMap<number, ArrayBuffer>): Promise<RunResult>;
}

export type Phase = "empty" | "loading" | "ready" | "failed";

/** An interpreter of host models on its way into the page. */
export interface Fetching {
  readonly name: string;
  /** 0 to 1. */
  readonly share: number;
}

export interface Snapshot {
  readonly phase: Phase;
  readonly fetching: Fetching | null;
  readonly loaded: Loaded | null;
  readonly error: RuneError | null;
  readonly readings: Readings;
  /** Median of the newest runs, or null before the first. */
  readonly milliseconds: number | null;
  /** The same of what its host's models took of it. */
  readonly modelMilliseconds: number | null;
  /** Runs since the rune was loaded. */
  readonly runs: number;
  readonly calling: Calling;
  /** Warnings and errors that the last run logged. */
  readonly warnings: readonly LogLine[];
}

const TIMES = 21;

export class Session {
  readonly #engine: Engine;
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #snapshot: Snapshot = {
    phase: "empty",
    fetching: null,
    loaded: null,
    error: null,
    readings: NO_READINGS,
    milliseconds: null,
    modelMilliseconds: null,
    runs: 0,
    calling: DEFAULT_CALLING,
    warnings: [],
  };
  #rune: ArrayBuffer | null = null;
  #resources: ReadonlyMap<string, ArrayBuffer> = new Map();
  /** Counts loads, so that an answer to an older rune is known as such. */
  #generation = 0;
  #times: number[] = [];
  #modelTimes: number[] = [];
  /** The newest input of each capability, by its place in the rune. */
  readonly #inputs = new Map<number, ArrayBuffer>();
  #isStream = false;
  #isRunning = false;
  #isWaiting = false;

  constructor(engine: Engine, limits: Limits = DEFAULT_LIMITS, now: () => number = () => performance.now()) {
    this.#engine = engine;
    this.#limits = limits;
    this.#now = now;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Snapshot => this.#snapshot;

  /**
   * Loads a rune in place of the one before, with the resources that it reads from its host. Inputs whose capability is
   * the same go on.
   */
  async use(rune: ArrayBuffer | null, resources: ReadonlyMap<string, ArrayBuffer> = new Map()): Promise<void> {
    this.#rune = rune;
    this.#resources = resources;
    this.#generation += 1;
    const generation = this.#generation;
    this.#isRunning = false;
    this.#isWaiting = false;
    if (rune === null) {
      this.#change({ phase: "empty", loaded: null, error: null, readings: NO_READINGS, milliseconds: null, runs: 0 });
      return;
    }
    this.#change({ phase: "loading", fetching: null, error: null });
    const onFetch = (name: string, share: number) => {
      if (generation === this.#generation) this.#change({ fetching: { name, share } });
    };
    try {
      const loaded = await this.#engine.load(rune, this.#limits, { resources, onFetch });
      if (generation !== this.#generation) return;
      this.#dropUnfitting(loaded);
      this.#times = [];
      this.#modelTimes = [];
      const fresh = { readings: NO_READINGS, milliseconds: null, modelMilliseconds: null, runs: 0, warnings: [] };
      this.#change({ phase: "ready", fetching: null, loaded, ...fresh });
      this.#run();
    } catch (error) {
      if (generation === this.#generation) this.#fail(error);
    }
  }

  /** Loads the same rune afresh, after it was stopped. */
  readonly restart = (): void => {
    void this.use(this.#rune, this.#resources);
  };

  /** The newest input of the capability at this place; with all of them there the rune runs. */
  offer(place: number, data: ArrayBuffer, isStream: boolean): void {
    this.#inputs.set(place, data);
    this.#isStream = isStream;
    this.#run();
  }

  /** Forgets the input of a capability: its source was switched off or changed. */
  withdraw(place: number): void {
    this.#inputs.delete(place);
    this.#isWaiting = false;
    this.#change({ readings: NO_READINGS });
  }

  setCalling(calling: Calling): void {
    this.#change({ calling });
  }

  #run(): void {
    const { loaded, phase } = this.#snapshot;
    if (loaded === null || phase !== "ready") return;
    if (this.#isRunning) {
      this.#isWaiting = true;
      return;
    }
    const inputs = this.#gather(loaded);
    if (inputs === null) return;
    this.#isRunning = true;
    void this.#runOnce(inputs, this.#generation);
  }

  async #runOnce(inputs: ReadonlyMap<number, ArrayBuffer>, generation: number): Promise<void> {
    try {
      const result = await this.#engine.run(inputs);
      if (generation !== this.#generation) return;
      this.#isRunning = false;
      this.#take(result);
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#isRunning = false;
      this.#fail(error);
      return;
    }
    if (this.#isWaiting) {
      this.#isWaiting = false;
      this.#run();
    }
  }

  #gather(loaded: Loaded): Map<number, ArrayBuffer> | null {
    const inputs = new Map<number, ArrayBuffer>();
    for (const [place, { id }] of loaded.capabilities.entries()) {
      const data = this.#inputs.get(place);
      if (data === undefined) return null;
      inputs.set(id, data);
    }
    return inputs;
  }

  /** What another rune's capability was given may not fit this one's. */
  #dropUnfitting(loaded: Loaded): void {
    for (const [place, data] of this.#inputs) {
      if (loaded.capabilities[place]?.size !== data.byteLength) this.#inputs.delete(place);
    }
  }

  #take(result: RunResult): void {
    const { readings, loaded, calling, runs } = this.#snapshot;
    this.#times = [...this.#times, result.milliseconds].slice(-TIMES);
    this.#modelTimes = [...this.#modelTimes, result.modelMilliseconds].slice(-TIMES);
    this.#change({
      readings: read(readings, result.outputs, {
        wordlists: loaded?.wordlists ?? [],
        isStream: this.#isStream,
        calling,
        now: this.#now(),
      }),
      milliseconds: median(this.#times),
      modelMilliseconds: median(this.#modelTimes),
      runs: runs + 1,
      warnings: result.logs.filter(({ level }) => level === "ERROR" || level === "WARN").slice(-5),
    });
  }

  #fail(error: unknown): void {
    const known = error instanceof RuneError ? error : new RuneError("trap", String(error));
    this.#change({ phase: "failed", fetching: null, error: known });
  }

  #change(changed: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...changed };
    for (const listener of this.#listeners) listener();
  }
}
