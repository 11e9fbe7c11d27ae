// Runs pytest inside Pyodide: `node run.mjs <pyodide folder> <project.zip> <pytest arguments as JSON>`.
// The last line is the report as JSON. Nothing is fetched: Pyodide and the project come from files.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [folder, archive, given] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ indexURL: folder });
pyodide.unpackArchive(new Uint8Array(readFileSync(archive)), "zip", { extractDir: "/project" });
pyodide.globals.set("given", given);
const report = pyodide.runPython(`
import json, os, sys

os.chdir("/project")
sys.path[:0] = ["/project", "/project/packages"]
sys.dont_write_bytecode = True
import pytest


class Counter:
    def __init__(self):
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}
        self.reasons = []

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            self.counts[report.outcome] += 1
        if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
            self.reasons.append(report.longrepr[2])


counter = Counter()
status = int(pytest.main(json.loads(given), plugins=[counter]))
loaded = sorted({
    str(module.__file__)
    for module in list(sys.modules.values())
    if str(getattr(module, "__file__", None)).endswith(".so")
})
json.dumps({"status": status, **counter.counts, "reasons": counter.reasons, "compiled": loaded, "python": sys.version})
`);
console.log(report);
process.exit(0);
