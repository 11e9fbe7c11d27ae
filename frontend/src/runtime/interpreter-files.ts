// Fetching the interpreters of host models: megabytes, so only when a rune asks for one, and once for a page.
import type { InterpreterFiles, InterpreterName } from "./types";

/** In interpreters.json, which the build writes: files beside the page's own scripts, and their bytes together. */
interface Listed {
  readonly name: string;
  readonly script: string;
  readonly binary: string | null;
  readonly size: number;
}

export type OnFetch = (name: string, share: number) => void;

const fetched = new Map<InterpreterName, Promise<InterpreterFiles>>();

/** The files of an interpreter; a fetch that failed is tried again the next time. Rejects when the network does. */
export async function interpreterFiles(name: InterpreterName, onFetch: OnFetch | undefined): Promise<InterpreterFiles> {
  const known = fetched.get(name) ?? fetchFiles(name, onFetch);
  fetched.set(name, known);
  known.catch(() => fetched.delete(name));
  return known;
}

async function fetchFiles(id: InterpreterName, onFetch: OnFetch | undefined): Promise<InterpreterFiles> {
  const list = (await (await answered("interpreters.json")).json()) as Readonly<Record<InterpreterName, Listed>>;
  const { name, script, binary, size } = list[id];
  let received = 0;
  const onBytes = (count: number) => {
    received += count;
    onFetch?.(name, Math.min(1, received / size));
  };
  onFetch?.(name, 0);
  const [text, bytes] = await Promise.all([
    fetchBytes(script, onBytes).then((data) => new TextDecoder().decode(data)),
    binary === null ? null : fetchBytes(binary, onBytes),
  ]);
  return { name, script: text, binary: bytes };
}

async function fetchBytes(file: string, onBytes: (count: number) => void): Promise<ArrayBuffer> {
  const { body } = await answered(file);
  if (body === null) throw new Error(`${file} is empty`);
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(part, controller) {
      onBytes(part.length);
      controller.enqueue(part);
    },
  });
  return new Response(body.pipeThrough(counted)).arrayBuffer();
}

async function answered(file: string): Promise<Response> {
  const response = await fetch(`${import.meta.env.BASE_URL}${file}`);
  if (!response.ok) throw new Error(`${file} answered ${response.status}`);
  return response;
}
