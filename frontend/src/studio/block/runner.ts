// One block while it is written: its newest text in the sandbox's Python, run on what flows in its wires. Knows no component.
import { createStore, type StoreApi } from "zustand/vanilla";
import type { BlockLoaded, BlockRun, BlockText, LineMessage } from "../../blocks";

/** The values in the wires of a block in one run. */
type Inputs = readonly (readonly number[])[];

/** The engine that runs a block: Python in the sandboxed frame. */
export interface BlockEngine {
  load(block: BlockText): Promise<BlockLoaded>;
  run(inputs: readonly (readonly number[])[]): Promise<BlockRun>;
}

export interface RunnerState {
  /** Whether Python is on its way into the page. */
  readonly isStarting: boolean;
  readonly problems: readonly LineMessage[];
  readonly run: BlockRun | null;
  /** The newest runs, oldest first: what came in by the first input, and what the first output gave. */
  readonly inputRows: readonly (readonly number[])[];
  readonly outputRows: readonly (readonly number[])[];
  /** The last printed lines, the newest last. */
  readonly printedLines: readonly string[];
  /** Median of the newest runs, in milliseconds of Python here. */
  readonly milliseconds: number | null;
  readonly state: number;
  /** How many inputs came while one was under way, and were left out, since the text changed. */
  readonly skippedCount: number;
  /** Why Python does not answer. */
  readonly stopReason: string | null;
  /** Whether what comes in next begins it again. */
  readonly resumes: boolean;
}

/** Milliseconds of which a test can be made. */
export const RECENT = 2000;

/** Milliseconds after which the next input begins again what was stopped, and how often without a run between. */
const PAUSE = 2000;
const TRIES = 2;

const HISTORY_LENGTH = 120;
const MAX_PRINTED_LINES = 200;
const TIMES = 21;
/** The elements above which no past of an array is kept. */
const MAX_ROW_LENGTH = 16;

const NOTHING: RunnerState = {
  isStarting: true,
  problems: [],
  run: null,
  inputRows: [],
  outputRows: [],
  printedLines: [],
  milliseconds: null,
  state: 0,
  skippedCount: 0,
  stopReason: null,
  resumes: false,
};

export class BlockRunner {
  private readonly store = createStore<RunnerState>(() => NOTHING);
  readonly state: Omit<StoreApi<RunnerState>, "setState"> = this.store;
  private key = "";
  private block: BlockText | null = null;
  /** Whether the engine has the newest text, and it runs. */
  private isLoaded = false;
  private isBusy = false;
  private waiting: readonly (readonly number[])[] | null = null;
  private newest: readonly (readonly number[])[] | null = null;
  private times: readonly number[] = [];
  private stops = 0;
  private stoppedAt = 0;
  private recent: readonly { readonly at: number; readonly inputs: Inputs }[] = [];

  constructor(
    private readonly engine: BlockEngine,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The block's inputs within the last two seconds in which anything came, oldest first; the text that read them. */
  get lastSeconds(): { readonly block: BlockText; readonly runs: readonly Inputs[] } | null {
    if (this.block === null || this.recent.length === 0) return null;
    return { block: this.block, runs: this.recent.map(({ inputs }) => inputs) };
  }

  /** Another text, or other wires or settings: its states begin with zeros, and the newest input runs again. */
  use(block: BlockText): void {
    const key = JSON.stringify(block);
    if (key === this.key) return;
    const fits = this.block !== null && JSON.stringify(this.block.inputs) === JSON.stringify(block.inputs);
    this.key = key;
    this.block = block;
    this.times = [];
    if (!fits) {
      this.newest = null;
      this.recent = [];
    }
    this.store.setState({ skippedCount: 0, ...(fits ? {} : { inputRows: [], outputRows: [], run: null }) });
    this.again();
  }

  /** From the beginning: its states are zeros, and the newest input runs again. */
  again(): void {
    this.stops = 0;
    this.resume();
  }

  /** Takes the values in the block's wires now. */
  offer(inputs: readonly (readonly number[])[]): void {
    this.newest = inputs;
    if (this.isBusy && this.waiting !== null && this.isLoaded) {
      this.store.setState({ skippedCount: this.store.getState().skippedCount + 1 });
    }
    this.waiting = inputs;
    const { stopReason, resumes } = this.store.getState();
    if (stopReason === null) void this.work();
    else if (resumes && this.now() - this.stoppedAt >= PAUSE) this.resume();
  }

  private resume(): void {
    this.isLoaded = false;
    this.waiting = this.newest;
    this.store.setState({ stopReason: null });
    void this.work();
  }

  private async work(): Promise<void> {
    if (this.isBusy || this.store.getState().stopReason !== null) return;
    this.isBusy = true;
    try {
      while (await this.stepOfNewest());
    } catch (error) {
      this.isLoaded = false;
      this.stops += 1;
      this.stoppedAt = this.now();
      const stopReason = error instanceof Error ? error.message : String(error);
      this.store.setState({ isStarting: false, stopReason, resumes: this.stops <= TRIES });
    } finally {
      this.isBusy = false;
    }
    // Inputs may have come after the last look and before this line.
    if (this.isLoaded && this.waiting !== null) void this.work();
  }

  /** A step; what a text that was replaced meanwhile came to is no matter. */
  private async stepOfNewest(): Promise<boolean> {
    const { key } = this;
    try {
      return await this.step();
    } catch (error) {
      if (key === this.key) throw error;
      return true;
    }
  }

  /** Does the one thing that is to be done next; answers whether there may be another. */
  private async step(): Promise<boolean> {
    const { key, block } = this;
    if (block === null) return false;
    if (!this.isLoaded) {
      const { problems, state = 0 } = await this.engine.load(block);
      if (key !== this.key) return true;
      this.store.setState({ isStarting: false, problems, state, ...(problems.length > 0 ? { run: null } : {}) });
      if (problems.length > 0) return false;
      this.isLoaded = true;
    }
    const inputs = this.waiting;
    if (inputs === null) return false;
    this.waiting = null;
    const run = await this.engine.run(inputs);
    if (key !== this.key) return true;
    this.record(inputs, run);
    return true;
  }

  private record(inputs: Inputs, run: BlockRun): void {
    const at = this.now();
    this.stops = 0;
    this.recent = [...this.recent.filter((each) => each.at > at - RECENT), { at, inputs }];
    const { inputRows, outputRows, printedLines } = this.store.getState();
    this.times = [...this.times, run.milliseconds].slice(-TIMES);
    const lines = run.prints.map(({ line, text }) => `${line}: ${text}`);
    if (run.omitted_prints > 0) lines.push(`… and ${run.omitted_prints} lines more in this run`);
    this.store.setState({
      run,
      inputRows: withRow(inputRows, inputs[0]),
      outputRows: run.failure === null ? withRow(outputRows, run.outputs[0]) : outputRows,
      printedLines: lines.length === 0 ? printedLines : [...printedLines, ...lines].slice(-MAX_PRINTED_LINES),
      milliseconds: this.times.toSorted((one, other) => one - other)[this.times.length >> 1] ?? null,
    });
  }
}

/** The past with one more row; of long arrays the newest alone. */
function withRow(
  history: readonly (readonly number[])[],
  row: readonly (number | null)[] | undefined,
): readonly (readonly number[])[] {
  if (row === undefined) return history;
  const numbers = row.map((each) => each ?? NaN);
  if (numbers.length > MAX_ROW_LENGTH) return [numbers];
  return [...(history[0]?.length === numbers.length ? history : []), numbers].slice(-HISTORY_LENGTH);
}
