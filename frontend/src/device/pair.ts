// The same rune twice on the same input: in the page, and on a board. Both begin anew and get each input in the same order,
// so that what a rune keeps from run to run is the same too. The board is slower: of inputs that come meanwhile the newest
// goes on.
import { createStore, type StoreApi } from "zustand/vanilla";
import { read, type Readings } from "../preview";
import { DEFAULT_LIMITS, type LoadExtras, type Limits, type LoadedRune, type RunResult } from "../runtime";
import type { Device } from "./serial/device";
import type { Ran } from "./serial/messages";
import { areSame, asMessages, joined, sentBytes, type SentOutput } from "./outputs";

/** The engine that runs the rune in the page. */
export interface Twin {
  load(rune: ArrayBuffer, limits: Limits, extras: LoadExtras): Promise<LoadedRune>;
  run(inputs: ReadonlyMap<number, ArrayBuffer>): Promise<RunResult>;
}

export interface PairSide {
  readonly readings: Readings;
  readonly sentOutputs: readonly SentOutput[];
}

const NOTHING_SAID: PairSide = { readings: { cards: [], memories: {} }, sentOutputs: [] };

export interface PairState {
  readonly phase: "starting" | "ready" | "failed";
  /** Why it failed, for a person. */
  readonly error: string | null;
  readonly page: PairSide;
  readonly board: PairSide;
  /** Milliseconds of the newest run in the page. */
  readonly milliseconds: number;
  readonly ran: Ran | null;
  /** Runs that neither side answered: a window is not full yet. */
  readonly silent: number;
  /** Runs that were answered. */
  readonly runs: number;
  /** The tests among these whose outputs were the same bytes. */
  readonly same: number;
}

const BEGINNING: PairState = {
  phase: "starting",
  error: null,
  page: NOTHING_SAID,
  board: NOTHING_SAID,
  milliseconds: 0,
  ran: null,
  silent: 0,
  runs: 0,
  same: 0,
};

/** By the capability's place. */
export type RunInputs = ReadonlyMap<number, ArrayBuffer>;

export class DevicePair {
  readonly #store = createStore<PairState>(() => BEGINNING);
  readonly state: Omit<StoreApi<PairState>, "setState"> = this.#store;
  readonly #now: () => number;
  readonly #isStream: () => boolean;
  #loadedRune: LoadedRune | null = null;
  #device: Device | null = null;
  #twin: Twin | null = null;
  #waiting: RunInputs | null = null;
  #isRunning = false;
  #isResting = false;
  #isOver = false;

  constructor(isStream: () => boolean, now: () => number = () => performance.now()) {
    this.#isStream = isStream;
    this.#now = now;
  }

  /** Starts both. What goes wrong is in the state. */
  async start(rune: ArrayBuffer, twin: Twin, open: () => Promise<Device>): Promise<void> {
    try {
      const [loadedRune, device] = await Promise.all([twin.load(rune, DEFAULT_LIMITS, {}), open()]);
      if (this.#isOver) {
        await device.close();
        return;
      }
      this.#loadedRune = loadedRune;
      this.#twin = twin;
      this.#device = device;
      device.onClosed = (reason) => this.#fail(reason);
      const sizes = device.hello.inputs.map(({ bytes }) => bytes);
      if (sizes.join() !== loadedRune.capabilities.map(({ size }) => size).join())
        throw new Error("The board's rune takes another input than the one in the page.");
      await device.reset();
      this.#store.setState({ phase: "ready" });
      this.#go();
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  offer(inputs: RunInputs): void {
    if (inputs.size === 0) return;
    this.#waiting = inputs;
    this.#go();
  }

  /** While it rests, nothing is begun; the newest input is kept. */
  rest(isResting: boolean): void {
    this.#isResting = isResting;
    this.#go();
  }

  /** Ends the board's line. The twin is whose it was. */
  close(): void {
    this.#isOver = true;
    void this.#device?.close();
  }

  #go(): void {
    const { phase } = this.#store.getState();
    if (phase !== "ready" || this.#isRunning || this.#isResting || this.#isOver || this.#waiting === null) return;
    const inputs = this.#waiting;
    this.#waiting = null;
    if (!this.#fits(inputs)) return;
    this.#isRunning = true;
    this.#run(inputs).then(
      () => {
        this.#isRunning = false;
        this.#go();
      },
      (error: unknown) => this.#fail(error instanceof Error ? error.message : String(error)),
    );
  }

  /** The page may be at a newer text already, whose rune takes another input than the one here. */
  #fits(inputs: RunInputs): boolean {
    return this.#loadedRune?.capabilities.every(({ size }, place) => inputs.get(place)?.byteLength === size) ?? false;
  }

  async #run(inputs: RunInputs): Promise<void> {
    const [loadedRune, device, twin] = [this.#loadedRune, this.#device, this.#twin];
    if (loadedRune === null || device === null || twin === null) return;
    const inputBytes = loadedRune.capabilities.map(
      ({ id }, place) => [id, inputs.get(place) ?? new ArrayBuffer()] as const,
    );
    const bytes = joined(inputBytes.map(([, data]) => new Uint8Array(data)));
    const [result, ran] = await Promise.all([
      twin.run(new Map(inputBytes.map(([id, data]) => [id, data.slice(0)]))),
      device.run(bytes),
    ]);
    if (this.#isOver) return;
    const { page, board, silent, runs, same } = this.#store.getState();
    const messages = asMessages(device.hello.outputs, ran.outputs, result.outputs);
    const context = {
      wordlists: loadedRune.wordlists,
      isStream: this.#isStream(),
      calling: { windows: 1, threshold: 0 },
      now: this.#now(),
    };
    if (messages.length === 0) {
      this.#store.setState({ milliseconds: result.milliseconds, ran, silent: silent + 1 });
      return;
    }
    const sending = device.hello.outputs.filter((_, place) => ran.outputs[place] !== null);
    const [here, there] = [result.outputs, messages].map((outputs) => sentBytes(sending, outputs));
    this.#store.setState({
      page: { readings: read(page.readings, result.outputs, context), sentOutputs: here ?? [] },
      board: { readings: read(board.readings, messages, context), sentOutputs: there ?? [] },
      milliseconds: result.milliseconds,
      ran,
      runs: runs + 1,
      same: same + (areSame(here ?? [], there ?? []) ? 1 : 0),
    });
  }

  #fail(reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.#store.setState({ phase: "failed", error: reason });
  }
}
