// The page worker that runs the toolchain's own language code in Pyodide. It runs nothing that a user wrote.
import type { FromWorker, ToWorker } from "./messages";

interface Pyodide {
  unpackArchive(buffer: ArrayBuffer, format: string, options: { extractDir: string }): void;
  runPython(code: string): unknown;
}

declare function importScripts(...addresses: string[]): void;
declare function loadPyodide(options: { indexURL: string }): Promise<Pyodide>;

const START = `
import sys
sys.path.insert(0, "/language")
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.service import LanguageService
LanguageService(PUBLISHED_BLOCKS).answer_text
`;

let answer: ((request: string) => string) | null = null;

function tell(message: FromWorker): void {
  self.postMessage(message);
}

async function start(base: string): Promise<void> {
  const began = performance.now();
  const archive = fetch(`${base}language.zip`).then((response) => {
    if (!response.ok) throw new Error(`language.zip: ${response.status}`);
    return response.arrayBuffer();
  });
  importScripts(`${base}pyodide.js`);
  const [pyodide, bytes] = await Promise.all([loadPyodide({ indexURL: base }), archive]);
  pyodide.unpackArchive(bytes, "zip", { extractDir: "/language" });
  answer = pyodide.runPython(START) as (request: string) => string;
  tell({ ready: true, milliseconds: performance.now() - began });
}

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if ("start" in data) {
    start(data.start).catch((error: unknown) => tell({ failed: String(error) }));
    return;
  }
  if (answer === null) return;
  try {
    tell({ id: data.id, reply: answer(data.request) });
  } catch (error) {
    // An answer of Python that is no error by name is a fault of ours; the page goes on without this answer.
    tell({ id: data.id, reply: JSON.stringify({ error: { name: "failed", message: String(error).slice(0, 500) } }) });
  }
});
