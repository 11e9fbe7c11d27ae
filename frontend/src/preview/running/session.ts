// One rune in one page: loading it, giving it the newest input, keeping what came out. Knows no component; a component
// subscribes. One run at a time: input that comes during a run replaces the input that waits. Only what a rune reads
// as a stream, of which it misses nothing, waits in a line.
import { MOST_OUTPUT_BYTES } from "../../declared/run-limits";
import { createStore, type StoreApi } from "zustand/vanilla";
import {
  DEFAULT_LIMITS,
  RuneError,
  type CapabilityRequest,
  type LoadExtras,
  type Limits,
  type LoadedRune,
  type LogLine,
  type OutputMessage,
  type RunResult,
  type WatchedMessage,
} from "../../runtime";
import { median } from "../readings/numbers";
import { inputFormat } from "./input-format";
import { NO_PACE, PaceMeter, type Pace } from "./pace";
import { DEFAULT_CALLING, NO_READINGS, read, type Calling, type Readings } from "../readings/readings";
import { callingOf } from "../readings/smoothing";

/** The engine that runs a rune: the sandboxed frame in a page. */
export interface PreviewEngine {
  load(rune: ArrayBuffer, limits: Limits, extras: LoadExtras): Promise<LoadedRune>;
  run(inputs: ReadonlyMap<number, ArrayBuffer>): Promise<RunResult>;
}

/** The results of a run, as they may be shown elsewhere: without the rune's input. */
export interface RunNews {
  readonly outputs: readonly OutputMessage[];
  readonly milliseconds: number;
  /** Whether runs follow one another in time by themselves. */
  readonly isStream: boolean;
}

export type PreviewPhase = "empty" | "loading" | "ready" | "failed";

/** An interpreter of host models on its way into the page. */
export interface Fetching {
  readonly name: string;
  /** 0 to 1. */
  readonly share: number;
}

export interface Snapshot {
  readonly phase: PreviewPhase;
  readonly fetching: Fetching | null;
  readonly loadedRune: LoadedRune | null;
  readonly error: RuneError | null;
  readonly readings: Readings;
  /** The tensors of the watched wires in the newest run. */
  readonly watchedMessages: readonly WatchedMessage[];
  /** The newest run, for who passes it on. */
  readonly newest: RunNews | null;
  /** The input of each capability in the run that gave the readings, by the capability's place. */
  readonly ran: ReadonlyMap<number, ArrayBuffer>;
  readonly pace: Pace;
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
/** Milliseconds for which the results of the rune before stand until those of a new one are there. */
const FORGET_AFTER = 250;
/** The most windows of a stream; where more comes the rune is too slow, and the oldest is lost. */
const MOST_WAITING = 64;

const NOTHING: Snapshot = {
  phase: "empty",
  fetching: null,
  loadedRune: null,
  error: null,
  readings: NO_READINGS,
  watchedMessages: [],
  newest: null,
  ran: new Map(),
  pace: NO_PACE,
  milliseconds: null,
  modelMilliseconds: null,
  runs: 0,
  calling: DEFAULT_CALLING,
  warnings: [],
};

export class Session {
  readonly #engine: PreviewEngine;
  #limits: Limits;
  readonly #now: () => number;
  readonly #store = createStore<Snapshot>(() => NOTHING);
  readonly state: Omit<StoreApi<Snapshot>, "setState"> = this.#store;
  #rune: ArrayBuffer | null = null;
  #edition: string | null = null;
  readonly #pace = new PaceMeter();
  #resources: ReadonlyMap<string, ArrayBuffer> = new Map();
  /** Counts loads, so that an answer to an older rune is known as such. */
  #generation = 0;
  #times: number[] = [];
  #modelTimes: number[] = [];
  /** The newest input of each capability, by its place in the rune. */
  readonly #inputs = new Map<number, ArrayBuffer>();
  /** The requests of the rune that was loaded last, which these inputs are for. */
  #requests: readonly CapabilityRequest[] = [];
  /** Pending chunks of each capability that is read as a stream, the oldest first. */
  readonly #line = new Map<number, ArrayBuffer[]>();
  #isStream = false;
  /** Whether the rune has read a part of a stream since it was loaded. */
  #keepsStream = false;
  #isRunning = false;
  #isWaiting = false;
  /** The rune that runs, which is shown with its first results. */
  #loadedRune: LoadedRune | null = null;
  /** True if it may run: another one may be on its way. */
  #isReady = false;
  /**
   * The state of a rune whose first results replace those of the rune before, until they are there; null while what is
   * shown is of the rune that runs. All of it is drawn once, with the results.
   */
  #unshown: Partial<Snapshot> | null = null;
  /** Whether a person chose how windows become a word; else each rune begins with its own. */
  #hasChosenCalling = false;
  /** Counts sources that were switched, so that what a run found of an input before is not shown as of the next. */
  #switches = 0;

  constructor(engine: PreviewEngine, limits: Limits = DEFAULT_LIMITS, now: () => number = () => performance.now()) {
    this.#engine = engine;
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Loads a rune in place of the one before, with the resources that it reads from its host. Inputs whose capability is
   * the same go on. A rune of the same edition, the same text built to show more or less of itself, goes on with what
   * was read so far.
   */
  async use(
    rune: ArrayBuffer | null,
    resources: ReadonlyMap<string, ArrayBuffer> = new Map(),
    edition: string | null = null,
  ): Promise<void> {
    const isSame = edition !== null && edition === this.#edition && this.#unshown === null;
    this.#rune = rune;
    this.#edition = edition;
    this.#resources = resources;
    this.#generation += 1;
    const generation = this.#generation;
    this.#isRunning = false;
    this.#isWaiting = false;
    this.#keepsStream = false;
    this.#isReady = false;
    if (rune === null) {
      this.#loadedRune = this.#unshown = null;
      this.#store.setState({
        phase: "empty",
        fetching: null,
        loadedRune: null,
        error: null,
        readings: NO_READINGS,
        watchedMessages: [],
        milliseconds: null,
        runs: 0,
      });
      return;
    }
    const onFetch = (name: string, share: number) => {
      if (generation === this.#generation) this.#store.setState({ fetching: { name, share } });
    };
    try {
      const loading = this.#engine.load(rune, this.#limits, { resources, onFetch, isFollowed: edition !== null });
      const { loadedRune: before, fetching, error } = this.#store.getState();
      // After the rune is on its way: whatever hears of it is drawn meanwhile. Beside a rune that runs nothing is.
      if (before === null || fetching !== null || error !== null)
        this.#store.setState({ phase: "loading", fetching: null, error: null });
      const loadedRune = await loading;
      if (generation !== this.#generation) return;
      this.#dropUnfitting(loadedRune);
      this.#times = [];
      this.#modelTimes = [];
      this.#loadedRune = loadedRune;
      this.#isReady = true;
      const isRunning = this.#runOn(loadedRune);
      const calling = this.#hasChosenCalling ? this.#store.getState().calling : callingOf(loadedRune);
      const fresh = {
        calling,
        watchedMessages: [],
        milliseconds: null,
        modelMilliseconds: null,
        runs: 0,
        warnings: [],
      };
      const state: Partial<Snapshot> = { phase: "ready", fetching: null, loadedRune, ...fresh };
      if (!isSame && isRunning && loadedRune.capabilities.every((each) => each.isStream !== true)) {
        this.#unshown = { ...state, readings: NO_READINGS };
        setTimeout(() => generation === this.#generation && this.#forgetBefore(), FORGET_AFTER);
      } else {
        this.#unshown = null;
        this.#store.setState(isSame ? state : { ...state, readings: NO_READINGS });
      }
    } catch (error) {
      if (generation === this.#generation) this.#fail(error);
    }
  }

  /** Loads the same rune afresh, after it was stopped. */
  readonly restart = (): void => {
    void this.use(this.#rune, this.#resources, this.#edition);
  };

  /** How much one run may send after `allowMore`, in bytes. */
  get moreOutput(): number {
    return Math.min(4 * this.#limits.outputBytes, MOST_OUTPUT_BYTES);
  }

  /** Loads the same rune afresh and lets a run send more, which its person chose; there is an end to it. */
  readonly allowMore = (): void => {
    this.#limits = { ...this.#limits, outputBytes: this.moreOutput };
    this.restart();
  };

  /** The newest input of the capability at this place; with all of them there the rune runs. */
  offer(place: number, data: ArrayBuffer, isStream: boolean): void {
    const loadedRune = this.#loadedRune;
    const now = this.#now();
    this.#isStream = isStream;
    if (isStream) this.#pace.countRequest(now);
    if (loadedRune?.capabilities[place]?.isStream === true) {
      const line = this.#line.get(place) ?? [];
      this.#line.set(place, line);
      line.push(data);
      if (line.length > MOST_WAITING) {
        line.shift();
        this.#pace.countDrop(now);
      }
    } else {
      this.#inputs.set(place, data);
      if (isStream && this.#isRunning && this.#isWaiting) this.#pace.countDrop(now);
    }
    this.#run();
  }

  /**
   * Forgets the input of a capability: its source was switched off or changed. A rune that keeps a part of a stream
   * starts afresh, so that no window is filled from two sources.
   */
  withdraw(place: number): void {
    this.#inputs.delete(place);
    this.#line.delete(place);
    this.#isWaiting = false;
    this.#switches += 1;
    this.#store.setState({ readings: NO_READINGS, watchedMessages: [], ran: new Map(), warnings: [] });
    if (this.#isReady && this.#keepsStream && this.#loadedRune?.capabilities[place]?.isStream === true) {
      this.#store.setState({ runs: 0 });
      this.restart();
    }
  }

  readonly setCalling = (calling: Calling): void => {
    this.#hasChosenCalling = true;
    this.#store.setState({ calling });
  };

  #run(): void {
    if (this.#loadedRune !== null && this.#isReady) this.#runOn(this.#loadedRune);
  }

  /** Begins a run where one is due and none is under way. Returns whether it did. */
  #runOn(loadedRune: LoadedRune): boolean {
    if (this.#isRunning) {
      this.#isWaiting = true;
      return false;
    }
    const places = this.#gather(loadedRune);
    if (places === null) return false;
    this.#isRunning = true;
    const inputs = new Map(
      loadedRune.capabilities.map(({ id }, place) => [id, places.get(place) ?? new ArrayBuffer(0)]),
    );
    void this.#runOnce(inputs, places, this.#generation);
    return true;
  }

  /** Shows nothing of the rune before any more: the new one takes long, or it failed. */
  #forgetBefore(): void {
    if (this.#unshown === null) return;
    this.#store.setState(this.#unshown);
    this.#unshown = null;
  }

  async #runOnce(
    inputs: ReadonlyMap<number, ArrayBuffer>,
    places: ReadonlyMap<number, ArrayBuffer>,
    generation: number,
  ): Promise<void> {
    const switches = this.#switches;
    try {
      const result = await this.#engine.run(inputs);
      if (generation !== this.#generation) return;
      this.#isRunning = false;
      if (switches === this.#switches) this.#take(result, places);
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#isRunning = false;
      this.#fail(error);
      return;
    }
    if (this.#isWaiting || this.#line.size > 0) {
      this.#isWaiting = false;
      this.#run();
    }
  }

  /** The input of each capability by its place, the oldest of a stream; null while one has none. */
  #gather(loadedRune: LoadedRune): Map<number, ArrayBuffer> | null {
    const inputs = new Map<number, ArrayBuffer>();
    for (const [place, { isStream }] of loadedRune.capabilities.entries()) {
      const data = isStream === true ? this.#line.get(place)?.[0] : this.#inputs.get(place);
      if (data === undefined) return null;
      inputs.set(place, data);
    }
    for (const line of this.#line.values()) {
      line.shift();
      this.#keepsStream = true;
    }
    return inputs;
  }

  /** Drops input for another rune's capability that does not fit this one's, also where it has as many bytes. */
  #dropUnfitting({ capabilities }: LoadedRune): void {
    const before = this.#requests;
    const isUnfitting = (place: number, data: ArrayBuffer | undefined): boolean => {
      const [request, old] = [capabilities[place], before[place]];
      if (request === undefined || request.size !== data?.byteLength) return true;
      return old !== undefined && inputFormat(old) !== inputFormat(request);
    };
    this.#requests = capabilities;
    for (const [place, line] of this.#line) if (isUnfitting(place, line[0])) this.#line.delete(place);
    for (const [place, data] of this.#inputs) if (isUnfitting(place, data)) this.#inputs.delete(place);
  }

  #take(result: RunResult, places: ReadonlyMap<number, ArrayBuffer>): void {
    const unshown = this.#unshown ?? {};
    const { readings, loadedRune, calling, runs } = { ...this.#store.getState(), ...unshown };
    this.#unshown = null;
    const now = this.#now();
    this.#pace.countRun(now);
    // A run of a stream that completes no window sends nothing: what was read before stands, and its time is no run's.
    const isIncomplete =
      result.outputs.length === 0 && loadedRune?.capabilities.some(({ isStream }) => isStream === true);
    if (isIncomplete !== true) {
      this.#times = [...this.#times, result.milliseconds].slice(-TIMES);
      this.#modelTimes = [...this.#modelTimes, result.modelMilliseconds].slice(-TIMES);
    }
    this.#store.setState({
      ...unshown,
      ...(isIncomplete !== true && {
        readings: read(readings, result.outputs, {
          wordlists: loadedRune?.wordlists ?? [],
          isStream: this.#isStream,
          calling,
          now,
        }),
        watchedMessages: result.watchedMessages,
        newest: { outputs: result.outputs, milliseconds: result.milliseconds, isStream: this.#isStream },
      }),
      ran: places,
      pace: this.#pace.read(now),
      milliseconds: median(this.#times),
      modelMilliseconds: median(this.#modelTimes),
      runs: runs + 1,
      warnings: result.logs.filter(({ level }) => level === "ERROR" || level === "WARN").slice(-5),
    });
  }

  #fail(error: unknown): void {
    const runeError = error instanceof RuneError ? error : new RuneError("trap", String(error));
    this.#isReady = false;
    this.#forgetBefore();
    this.#store.setState({ phase: "failed", fetching: null, error: runeError });
  }
}
