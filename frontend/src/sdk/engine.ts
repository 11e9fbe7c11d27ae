// The engine of a rune: a worker of its own in browsers, or the caller's thread (engine-here.ts).
import type { Limits, LoadedRune, PackedResult, RuneCounts } from "../runtime/types";
import { RuneError, runeErrorFrom } from "../runtime/errors";
import { openWorker } from "./scripts";

export interface Engine {
  readonly loadedRune: LoadedRune;
  run(inputs: ReadonlyMap<number, ArrayBuffer>): Promise<PackedResult>;
  /** Takes the counts since the last call; null where it counts nothing, or begins anew with the next run. */
  takeCounts(): Promise<RuneCounts | null>;
  close(): void;
}

export type EngineRequest =
  | { readonly type: "load"; readonly rune: ArrayBuffer; readonly limits: Limits }
  | { readonly type: "run"; readonly inputs: ReadonlyMap<number, ArrayBuffer> }
  | { readonly type: "counts" };

export type EngineReply =
  | { readonly ok: true; readonly value: LoadedRune | PackedResult | RuneCounts | null }
  | { readonly ok: false; readonly name: string; readonly message: string };

/** In which its script has to be there and the rune compiled: the network is in that, and the rune's own limit is not. */
const LOAD_MILLISECONDS = 15_000;

/** Runs it in a worker, which is ended where it takes longer than the limit. The next run begins with a fresh one. */
export async function openInWorker(rune: ArrayBuffer, limits: Limits): Promise<Engine> {
  let worker = openWorker();
  let isFresh = true;
  let isClosed = false;
  let refuse: (error: RuneError) => void = () => undefined;
  let last: Promise<unknown> = Promise.resolve();
  const late = `The rune was stopped: it ran longer than ${limits.milliseconds} ms.`;

  const ask = <Value>(request: EngineRequest, milliseconds: number, late: string): Promise<Value> =>
    new Promise<Value>((resolve, reject) => {
      const timer = setTimeout(() => refuse(new RuneError("stopped", late)), milliseconds);
      refuse = (error) => {
        clearTimeout(timer);
        worker.terminate();
        isFresh = false;
        reject(error);
      };
      if (isClosed) refuse(closedError());
      worker.onmessage = ({ data }: MessageEvent<EngineReply>) => {
        clearTimeout(timer);
        if (data.ok) resolve(data.value as Value);
        // Whatever it ran into, it may be half done: an input that does not fit is refused before it runs.
        else if (data.name === "input") reject(runeErrorFrom(data.name, data.message));
        else refuse(runeErrorFrom(data.name, data.message));
      };
      worker.onerror = ({ message }) => refuse(new RuneError("frame", `The worker could not be started: ${message}`));
      worker.postMessage(request);
    });

  const load = (): Promise<LoadedRune> =>
    ask({ type: "load", rune, limits }, LOAD_MILLISECONDS, "The rune was not loaded within 15 s.");

  const run = async (inputs: ReadonlyMap<number, ArrayBuffer>): Promise<PackedResult> => {
    if (!isFresh && !isClosed) {
      worker = openWorker();
      isFresh = true;
      await load();
    }
    return ask({ type: "run", inputs }, limits.milliseconds, late);
  };

  const takeCounts = async (): Promise<RuneCounts | null> =>
    isFresh && !isClosed ? ask({ type: "counts" }, limits.milliseconds, late) : null;

  /** One request at a time: the next waits for the one before. */
  const inOrder = <Value>(act: () => Promise<Value>): Promise<Value> => {
    const answer = last.then(act);
    last = answer.catch(() => undefined);
    return answer;
  };

  const close = (): void => {
    isClosed = true;
    refuse(closedError());
  };

  const loadedRune = await load();
  return {
    loadedRune,
    run: (inputs) => inOrder(() => run(inputs)),
    takeCounts: () => inOrder(takeCounts),
    close,
  };
}

const closedError = (): RuneError => new RuneError("stopped", "The rune was closed.");
