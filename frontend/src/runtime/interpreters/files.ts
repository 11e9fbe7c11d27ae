// Fetching the interpreters of host models: megabytes, so only when a rune asks for one, and once for a page.
import type { InterpreterFiles, InterpreterName } from "../types";

/** In interpreters.json, which the build writes: files beside the page's own scripts, and their bytes together. */
interface InterpreterEntry {
  readonly name: string;
  readonly script: string;
  readonly binary: string | null;
  readonly size: number;
}

/** Milliseconds without a byte after which a download is given up. */
const STALL = 20_000;

/** Nothing came any more, while the connection seemed to be there. */
export class StallError extends Error {}

export type OnFetch = (name: string, share: number) => void;

const fetches = new Map<InterpreterName, Promise<InterpreterFiles>>();

/** The files of an interpreter; a fetch that failed is tried again the next time. Rejects when the network does. */
export async function interpreterFiles(name: InterpreterName, onFetch: OnFetch | undefined): Promise<InterpreterFiles> {
  const files = fetches.get(name) ?? fetchFiles(name, onFetch);
  fetches.set(name, files);
  files.catch(() => fetches.delete(name));
  return files;
}

async function fetchFiles(id: InterpreterName, onFetch: OnFetch | undefined): Promise<InterpreterFiles> {
  const text = (data: ArrayBuffer) => new TextDecoder().decode(data);
  const list = JSON.parse(text(await fetchBytes("interpreters.json"))) as Readonly<
    Record<InterpreterName, InterpreterEntry>
  >;
  const { name, script, binary, size } = list[id];
  let received = 0;
  const onBytes = (count: number) => {
    received += count;
    onFetch?.(name, Math.min(1, received / size));
  };
  onFetch?.(name, 0);
  const [code, bytes] = await Promise.all([
    fetchBytes(script, onBytes),
    binary === null ? null : fetchBytes(binary, onBytes),
  ]);
  return { name, script: text(code), binary: bytes };
}

async function fetchBytes(file: string, onBytes?: (count: number) => void): Promise<ArrayBuffer> {
  const clock = stallClock();
  return fetchWatched(file, clock, onBytes).finally(() => clock.end());
}

async function fetchWatched(file: string, clock: StallClock, onBytes?: (count: number) => void): Promise<ArrayBuffer> {
  const response = await fetch(`${import.meta.env.BASE_URL}${file}`, { signal: clock.signal });
  clock.restart();
  if (!response.ok) throw new Error(`${file} answered ${response.status}`);
  if (response.body === null) throw new Error(`${file} is empty`);
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(part, controller) {
      clock.restart();
      onBytes?.(part.length);
      controller.enqueue(part);
    },
  });
  // The clock ends the request, and a body whose request was ended fails with the clock's reason.
  return new Response(response.body.pipeThrough(counter)).arrayBuffer();
}

interface StallClock {
  readonly signal: AbortSignal;
  readonly restart: () => void;
  readonly end: () => void;
}

/** Ends a request that has brought nothing for a while. */
function stallClock(): StallClock {
  const request = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = (): void => clearTimeout(timer);
  const restart = (): void => {
    end();
    timer = setTimeout(() => request.abort(new StallError("nothing came any more")), STALL);
  };
  restart();
  return { signal: request.signal, restart, end };
}
