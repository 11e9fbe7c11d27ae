"""How long one run takes in Chromium, beside tfjs-tflite in the same page: the same models, by turns, one thread."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.browser import open_page
from benchmarks.figure import ROOT, Spread, table
from benchmarks.models import MeasuredModel, models
from rune.building.building import build
from rune.tflite import read_model, signature
from tools.setup import FRONTEND, digest, is_stamped, node_environment

HERE = Path(__file__).resolve().parent
PACKAGES = HERE.parent
ROUNDS = 41


def measure() -> str:
    install_peers()
    measured = models()
    with TemporaryDirectory() as name:
        site = Path(name)
        fill(site, measured)
        with serving(site) as address, open_page() as page:
            results = []
            for model in measured:
                page.goto(f"{address}/page.html")  # a fresh page for each, or one model's memory burdens the next
                results.append(page.evaluate("([name, shape, rounds]) => measure(name, shape, rounds)", _asked(model)))
    features = results[0]["features"]
    head = [
        "",
        "rune, µs",
        "tfjs-tflite, µs",
        "tfjs-tflite / rune",
        "load rune, ms",
        "load tfjs-tflite, ms",
        "differ by",
    ]
    return (
        f"Input copied in, output read, in one page by turns; the medians of {ROUNDS} batches of about 25 ms, and the "
        f"median of the ratios of each turn. One thread; SIMD {'on' if features['simd'] else 'off'} in both, threads "
        f"{'on' if features['multiThreading'] else 'off'}. The rune runs in the page's own runtime, its output as text "
        "included. The last column is the largest difference of one output in int8 steps: tfjs-tflite rounds as "
        "XNNPACK does, a rune as the reference does.\n\n"
        + table(head, [_row(model, result) for model, result in zip(measured, results, strict=True)])
        + f"\n\nBesides the model, tfjs-tflite loads {_peer_size() / 1e6:.1f} MB of scripts and WebAssembly; a rune "
        f"loads the runtime, {_runtime_size() / 1e3:.0f} kB."
    )


def _asked(model: MeasuredModel) -> list[Any]:
    (source,) = signature(read_model(model.data)).inputs
    return [model.name, list(source.type.dimensions), ROUNDS]


def _row(model: MeasuredModel, result: dict[str, Any]) -> tuple[str, ...]:
    ours, theirs = Spread(tuple(result["ours"])), Spread(tuple(result["theirs"]))
    ratio = Spread(tuple(their / our for our, their in zip(ours.values, theirs.values, strict=True)))
    return (
        model.name,
        f"{ours.median * 1000:.1f}",
        f"{theirs.median * 1000:.1f}",
        f"{ratio.median:.2f}",
        f"{result['ourLoad']:.1f}",
        f"{result['theirLoad']:.0f}",
        f"{result['mostDifference']:g}",
    )


def install_peers() -> None:
    """The peers' packages into benchmarks/node_modules, as locked."""
    state = digest([PACKAGES / "package-lock.json"])
    stamp = PACKAGES / "node_modules" / ".lock"
    if not is_stamped(stamp, state):
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=PACKAGES, env=node_environment(), check=True)
        stamp.write_text(state, encoding="utf-8")


def fill(site: Path, measured: list[MeasuredModel]) -> None:
    """All that the page loads."""
    for model in measured:
        (site / f"{model.name}.tflite").write_bytes(model.data)
        (site / f"{model.name}.rune").write_bytes(build(model.project, model.name).rune)
    shutil.copy(HERE / "page.html", site)
    (site / "node_modules").symlink_to(PACKAGES / "node_modules")
    bundle = [
        str(FRONTEND / "node_modules" / ".bin" / "rolldown"),
        str(HERE / "page.ts"),
        "--format",
        "iife",
        "--minify",
    ]
    subprocess.run(
        [*bundle, "--file", str(site / "page.js"), "--log-level", "warn"], env=node_environment(), check=True
    )


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The folder over HTTP, on a free port of the loopback interface; gives the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and logs nothing. Without isolation headers: with them the peer would load its threaded build."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".wasm": "application/wasm", ".js": "text/javascript"}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Nothing."""


def _peer_size() -> int:
    """Bytes of the files that the page loads for the peer."""
    base = PACKAGES / "node_modules" / "@tensorflow"
    files = (
        "tfjs-core/dist/tf-core.min.js",
        "tfjs-backend-cpu/dist/tf-backend-cpu.min.js",
        "tfjs-tflite/dist/tf-tflite.min.js",
        "tfjs-tflite/wasm/tflite_web_api_cc_simd.js",
        "tfjs-tflite/wasm/tflite_web_api_cc_simd.wasm",
        "tfjs-tflite/wasm/tflite_web_api_client.js",
    )
    return sum((base / file).stat().st_size for file in files)


def _runtime_size() -> int:
    return (ROOT / "static" / "build" / "worker.js").stat().st_size
