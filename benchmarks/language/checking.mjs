// Measures checks inside Pyodide: `node checking.mjs <pyodide folder> <toolchain.zip>`. The last line is the answer.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, archive] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ indexURL: folder });
pyodide.unpackArchive(new Uint8Array(readFileSync(archive)), "zip", { extractDir: "/project" });
console.log(
  pyodide.runPython(`
import json, sys

sys.path.insert(0, "/project")
from benchmarks.language.checking import milliseconds

json.dumps(milliseconds())
`),
);
process.exit(0);
