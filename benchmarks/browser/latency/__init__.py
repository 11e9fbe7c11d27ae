"""Measures how long one run takes in Chromium, beside tfjs-tflite and LiteRT.js in the same page: the same models,
by turns."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.chromium import open_page
from benchmarks.compiler.models import MeasuredModel, further_models, models
from benchmarks.figure import ROOT, CannotMeasure, Spread, table
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import read_model, signature
from tests.support.servers.listening import QuietFiles, file_server
from tools.setup import FRONTEND, digest, is_stamped, node_environment

HERE = Path(__file__).resolve().parent
PACKAGES = HERE.parent.parent
LITERT = FRONTEND / "node_modules" / "@litertjs" / "core" / "wasm"
ROUNDS = 201
UNDISTURBED_PERCENT = 2
"""For 100 batches, so many are taken for undisturbed by other programs: the fastest ones."""
NONE = "–"

OURS = ("rune", "plain", "speed")
PEERS = ("tflite", "litert")
CONTENDERS = {
    "rune": "rune",
    "plain": "for speed, plain",
    "speed": "for speed",
    "tflite": "tfjs-tflite",
    "litert": "LiteRT.js",
}
"""The contenders, by the names that the page uses."""
LOADED_CONTENDERS = {name: title for name, title in CONTENDERS.items() if name not in ("plain", "speed")}


def measure() -> str:
    install_peers()
    measured_models = [*models(), *further_models()]
    with TemporaryDirectory() as name:
        site = Path(name)
        fill(site, measured_models)
        with serving(site) as address, open_page() as page:
            results: list[dict[str, Any]] = []
            for model in measured_models:
                page.goto(f"{address}/page.html")  # a fresh page for each, or one model's memory burdens the next
                results.append(page.evaluate("(request) => measure(...request)", _requests(model)))
    pairs = list(zip(measured_models, results, strict=True))
    return (
        f"Input copied in, output read, in one page by turns, {ROUNDS} batches of 4 to 8 ms; what the fastest fiftieth "
        "of them took at most, since other programs disturb the rest more or less. One thread, SIMD. Each runtime by "
        "its cheapest call, with buffers that are made once: the rune in the page's own runtime, tfjs-tflite by the "
        "runner below its tensors, LiteRT.js by the bindings below its classes, as those take no int8. LiteRT.js is "
        "the build with relaxed SIMD.\n\n"
        + table(TIMES, [_times(model, result) for model, result in pairs])
        + "\n\nThe time of a rune over that of the other runtime: as it is built by default, and with `--optimize "
        "speed`, in a browser without relaxed instructions (plain) and in this one. Under 1 the rune is faster; the "
        "aims are 0.5 beside tfjs-tflite, and beside LiteRT.js 1 for a plain rune and 0.5 for one with them. The last "
        "columns are the largest difference of an output from the rune's: steps of an integer, or the difference of "
        "floats. Both others round as XNNPACK does, a rune as the reference does.\n\n"
        + table(RATIOS, [_ratios(model, result) for model, result in pairs])
        + f"{_failures(pairs)}\n\n{LIMITS}\n\n"
        f"Besides the model, tfjs-tflite loads {_size(TFLITE_FILES) / 1e6:.1f} MB of scripts and WebAssembly, "
        f"LiteRT.js {_size(LITERT_FILES) / 1e6:.1f} MB; a rune loads the runtime, {_runtime_size() / 1e3:.0f} kB."
    )


LIMITS = (
    "A rune for speed carries a second module of relaxed SIMD, which this page took: one instruction for sixteen "
    "products with their sums, as LiteRT.js has them. What limits it: a convolution needs 20 instructions for 192 "
    "products (two loads of weights, six of pixels, twelve dot products), and of ic's 0.78 million dot products a "
    "processor starts at most two in a cycle, which alone takes half of what LiteRT.js takes in all. What limits "
    "a rune without it: a direct convolution of int8 needs 24 instructions for 64 products (two loads of weights, four "
    "of pixels, eight dot products, eight sums, two for the loop), by Winograd the same for 2.25 times fewer products; "
    "a fully connected layer 25 and the loop for 64, with relaxed ones 17 for 128. ad float reads 1.07 MB of weights "
    "in each run, as the others do; about 1 µs of a run is the page's runtime.\n\n"
    "By these counts, with 10 for 16 products of a depthwise convolution, 20 to round eight numbers, and 2 more for 64 "
    "products whose weights are counted from another number than 0, a run without relaxed instructions is at least, in "
    "millions of instructions: kws 1.25 (0.18 of it rounding), ic 4.9 (0.22) and by Winograd 2.9 with its transforms "
    "left out, ad 0.12, microspeech 0.14, person 3.7 (0.58). tfjs-tflite has the same instructions, so half of its "
    "time is half of its loads and sums for the same products; no plain instruction multiplies more than eight pairs. "
    "LiteRT.js has one for sixteen that also adds, so a plain rune beside it does three instructions for its one. What "
    "was tried is in the decisions: tiles of other shapes (107, 130, 162), sums that need no adding across (129), "
    "exact Winograd, which ic has without relaxed instructions where it is built for speed, and single precision for "
    "rounding."
)

TIMES = [
    "",
    *(f"{title}, µs" for title in CONTENDERS.values()),
    *(f"load {title}, ms" for title in LOADED_CONTENDERS.values()),
]
RATIOS = ["", *(f"{CONTENDERS[ours]} / {CONTENDERS[peer]}" for peer in PEERS for ours in OURS)]
RATIOS += [f"{CONTENDERS[peer]} differs by" for peer in PEERS]


def _requests(model: MeasuredModel) -> list[Any]:
    """The arguments of the page's `measure`."""
    interface = signature(read_model(model.data))
    (source,), (result,) = interface.inputs, interface.outputs
    elements = [str(source.type.element), str(result.type.element)]
    return [_file_name(model), source.type.size, elements, list(CONTENDERS), ROUNDS]


def _times(model: MeasuredModel, result: dict[str, Any]) -> tuple[str, ...]:
    times = [_microseconds(result[name]) for name in CONTENDERS]
    loads = [
        NONE if "failure" in result[name] else f"{result[name]['loadMilliseconds']:.0f}" for name in LOADED_CONTENDERS
    ]
    return (model.name, *times, *loads)


def _microseconds(timing: dict[str, Any]) -> str:
    return NONE if "failure" in timing else f"{_undisturbed_time(timing) * 1000:.1f}"


def _undisturbed_time(timing: dict[str, Any]) -> float:
    """Milliseconds of a run."""
    return Spread(tuple(timing["rounds"])).percentile(UNDISTURBED_PERCENT)


def _ratios(model: MeasuredModel, result: dict[str, Any]) -> tuple[str, ...]:
    ratios = [_ratio(result[ours], result[peer]) for peer in PEERS for ours in OURS]
    differences = [NONE if "failure" in result[peer] else f"{result[peer]['difference']:.2g}" for peer in PEERS]
    return (model.name, *ratios, *differences)


def _ratio(ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    if "failure" in theirs:
        return NONE
    return f"{_undisturbed_time(ours) / _undisturbed_time(theirs):.2f}"


def _failures(pairs: Sequence[tuple[MeasuredModel, dict[str, Any]]]) -> str:
    """Returns runtimes' answers to models that they do not run. Raises `CannotMeasure` where a rune does not run."""
    lines = []
    for model, result in pairs:
        for name, title in CONTENDERS.items():
            failure = result[name].get("failure")
            if failure is not None and name in OURS:
                raise CannotMeasure(f"{title} does not run {model.name}: {failure}")
            if failure is not None:
                lines.append(f"\n\n{title} does not run {model.name}: {failure}")
    return "".join(lines)


def _file_name(model: MeasuredModel) -> str:
    return model.name.replace(" ", "_")


def install_peers() -> None:
    """The peers' packages into benchmarks/node_modules, as locked."""
    state = digest([PACKAGES / "package-lock.json"])
    stamp = PACKAGES / "node_modules" / ".lock"
    if not is_stamped(stamp, state):
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=PACKAGES, env=node_environment(), check=True)
        stamp.write_text(state, encoding="utf-8")


def fill(site: Path, measured_models: list[MeasuredModel]) -> None:
    """All that the page loads."""
    fastest = WASM32.variant("speed")
    assert fastest is not None
    for model in measured_models:
        name = _file_name(model)
        (site / f"{name}.tflite").write_bytes(model.data)
        (site / f"{name}.rune").write_bytes(build(model.project, BuildOptions(name)).rune)
        plain = replace(fastest, second=None)
        (site / f"{name}.plain.rune").write_bytes(build(model.project, BuildOptions(name, target=plain)).rune)
        (site / f"{name}.speed.rune").write_bytes(build(model.project, BuildOptions(name, target=fastest)).rune)
    (site / "litert").symlink_to(LITERT)
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
    with file_server(folder, Unisolated) as address:
        yield address


class Unisolated(QuietFiles):
    """Serves files without isolation headers: with them the peer would load its threaded build."""

    extensions_map = QuietFiles.extensions_map | {".wasm": "application/wasm", ".js": "text/javascript"}


TENSORFLOW = PACKAGES / "node_modules" / "@tensorflow"
TFLITE_FILES = (
    TENSORFLOW / "tfjs-core/dist/tf-core.min.js",
    TENSORFLOW / "tfjs-backend-cpu/dist/tf-backend-cpu.min.js",
    TENSORFLOW / "tfjs-tflite/dist/tf-tflite.min.js",
    TENSORFLOW / "tfjs-tflite/wasm/tflite_web_api_cc_simd.js",
    TENSORFLOW / "tfjs-tflite/wasm/tflite_web_api_cc_simd.wasm",
    TENSORFLOW / "tfjs-tflite/wasm/tflite_web_api_client.js",
)
LITERT_FILES = (LITERT / "litert_wasm_internal.js", LITERT / "litert_wasm_internal.wasm")


def _size(files: Sequence[Path]) -> int:
    """Bytes of the files that the page loads for a peer."""
    return sum(file.stat().st_size for file in files)


def _runtime_size() -> int:
    return (ROOT / "static" / "build" / "worker.js").stat().st_size
