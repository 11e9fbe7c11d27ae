// The page worker that runs a person's blocks: Pyodide in the sandboxed frame. Its origin is opaque, and its policy knows no
// network; what Pyodide would fetch was posted. What runs was checked by the language first: this is the second wall.
import type { FromPython, PythonFiles, ToPython } from "./messages";

interface Pyodide {
  unpackArchive(buffer: ArrayBuffer, format: string, options: { extractDir: string }): void;
  runPython(code: string): unknown;
}

declare function loadPyodide(options: { indexURL: string; jsglobals: object }): Promise<Pyodide>;

/** Where Pyodide believes its files to be: no such host can be. */
const NOWHERE = "https://python.invalid/";

const START = `
import sys
sys.path.insert(0, "/language")
from rune.pyblock.live import LiveBlock
lambda alive: LiveBlock(alive).answer_text
`;

/** Globals by which a worker's script could reach the outside or other scripts. The policy blocks them as well. */
const OUTSIDE = [
  "fetch",
  "XMLHttpRequest",
  "WebSocket",
  "EventSource",
  "WebTransport",
  "importScripts",
  "Worker",
  "indexedDB",
  "caches",
  "BroadcastChannel",
];

const refuse = (): never => {
  throw new Error("A block cannot use the network, storage or the page");
};

/** All that Python's module `js` holds: what Pyodide's own modules ask for when they are loaded. */
const KNOWN = {
  eval: refuse,
  fetch: refuse,
  setTimeout: (call: () => void, milliseconds: number) => setTimeout(call, milliseconds),
  clearTimeout: (timer: number) => clearTimeout(timer),
  setInterval: refuse,
  clearInterval: refuse,
};

type Answer = (request: string) => string;

async function start(files: PythonFiles, alive: () => void): Promise<Answer> {
  const responses: Readonly<Record<string, readonly [ArrayBuffer, string]>> = {
    "pyodide.asm.wasm": [files.wasm, "application/wasm"],
    "python_stdlib.zip": [files.library, "application/zip"],
    "pyodide-lock.json": [files.lock, "application/json"],
  };
  const fetchLocal = (address: unknown): Promise<Response> => {
    const [bytes, type] = responses[String(address).replace(NOWHERE, "")] ?? [];
    if (bytes === undefined) return Promise.reject(new Error(`${String(address)} is not there`));
    return Promise.resolve(new Response(bytes, { headers: { "Content-Type": type ?? "" } }));
  };
  Object.defineProperty(self, "fetch", { value: fetchLocal, configurable: true, writable: true });
  const pyodide = await loadPyodide({ indexURL: NOWHERE, jsglobals: KNOWN });
  pyodide.unpackArchive(files.language, "zip", { extractDir: "/language" });
  const answer = (pyodide.runPython(START) as (alive: () => void) => Answer)(alive);
  for (const name of OUTSIDE) Object.defineProperty(self, name, { value: undefined });
  return answer;
}

addEventListener("message", ({ ports: [port] }) => {
  if (port === undefined) return;
  const tell = (message: FromPython): void => port.postMessage(message);
  let answer: Answer | null = null;
  port.onmessage = ({ data }: MessageEvent<ToPython>) => {
    if ("files" in data) {
      start(data.files, () => tell({ alive: true })).then(
        (result) => {
          answer = result;
          tell({ ready: true });
        },
        (error: unknown) => tell({ failed: String(error).slice(0, 500) }),
      );
      return;
    }
    if (answer === null) return;
    try {
      tell({ id: data.id, reply: answer(data.request) });
    } catch (error) {
      tell({ id: data.id, error: String(error).slice(-500) });
    }
  };
});
