// The engine of a rune: a worker of its own in browsers, or the caller's thread (engine-here.ts).
import type { Limits, Loaded, PackedResult } from "../runtime/types";
import { runeErrorFrom } from "../runtime/errors";
import { openWorker } from "./scripts";

export interface Engine {
  readonly loaded: Loaded;
  run(inputs: ReadonlyMap<number, ArrayBuffer>): Promise<PackedResult>;
  close(): void;
}

export type EngineRequest =
  | { readonly type: "load"; readonly rune: ArrayBuffer; readonly limits: Limits }
  | { readonly type: "run"; readonly inputs: ReadonlyMap<number, ArrayBuffer> };

export type EngineReply =
  | { readonly ok: true; readonly value: Loaded | PackedResult }
  | { readonly ok: false; readonly name: string; readonly message: string };

/** Runs it in a worker, which is ended where it takes longer than the limit. */
export async function openInWorker(rune: ArrayBuffer, limits: Limits): Promise<Engine> {
  const worker = openWorker();
  let last: Promise<unknown> = Promise.resolve();

  const ask = <Value>(request: EngineRequest): Promise<Value> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        worker.terminate();
        reject(runeErrorFrom("stopped", `The rune was stopped: it ran longer than ${limits.milliseconds} ms.`));
      }, limits.milliseconds);
      worker.onmessage = ({ data }: MessageEvent<EngineReply>) => {
        clearTimeout(late);
        if (data.ok) resolve(data.value as Value);
        else reject(runeErrorFrom(data.name, data.message));
      };
      worker.onerror = ({ message }) => {
        clearTimeout(late);
        reject(runeErrorFrom("frame", `The worker could not be started: ${message}`));
      };
      worker.postMessage(request);
    });

  /** One request at a time: the next waits for the one before. */
  const inTurn = <Value>(request: EngineRequest): Promise<Value> => {
    const answer = last.then(() => ask<Value>(request));
    last = answer.catch(() => undefined);
    return answer;
  };

  try {
    const loaded = await inTurn<Loaded>({ type: "load", rune, limits });
    return { loaded, run: (inputs) => inTurn<PackedResult>({ type: "run", inputs }), close: () => worker.terminate() };
  } catch (error) {
    worker.terminate();
    throw error;
  }
}
