"""Measures the cost of counting: instructions and RAM of three templates with it, beside the same without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.figure import ROOT, CannotMeasure, table
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.devices.emulation.cores import CORES
from rune.devices.emulation.errors import EmulationError
from rune.devices.emulation.measuring import measured_needs
from rune.project.files import MemoryFiles

TARGETS: Final = ("cortex-m4", "cortex-m0plus")
FEATURES: Final = {
    "keywords": ("    capability: SOUND\n", "level"),
    "motion": ("    proc-block: quantize\n", "level"),
    "picture": ("    capability: IMAGE\n", "mean"),
}
"""The line below which a template gets the feature, and its statistic."""
OFF, ON, FEATURE = "without", "labels and confidence", "and a feature"
_HEAD: Final = ("Template", "Core", "Instructions without", ON, FEATURE, "RAM without", ON, FEATURE)
_NOTE: Final = """The templates without counting, with labels and confidence, which they count by themselves, and with a
feature more: the level of the sound and of the motion, the mean of the picture. Instructions are those of the longest
run on an emulated core, exact; RAM is arena, static and the deepest stack. The aim is at most 1 % and 300 bytes."""


def measure() -> str:
    return f"{_NOTE}\n\n{table(_HEAD, list(_rows()))}"


def projects(name: str) -> Mapping[str, MemoryFiles]:
    """The template without counting, as it is, and with a feature."""
    folder = ROOT / "examples" / name
    files = {path.name: path.read_bytes() for path in Path(folder).iterdir() if path.is_file()}
    text = files["Runefile.yml"].decode()
    line, statistic = FEATURES[name]
    texts = {
        OFF: text.replace("\npipeline:\n", "\nwatch: off\npipeline:\n", 1),
        ON: text,
        FEATURE: text.replace(line, f"{line}    watch: {statistic}\n", 1),
    }
    if len(set(texts.values())) < len(texts):
        raise CannotMeasure(f"the template {name} has changed")
    return {case: MemoryFiles({**files, "Runefile.yml": each.encode()}) for case, each in texts.items()}


def _rows() -> Iterator[Sequence[str]]:
    for name in FEATURES:
        for target in TARGETS:
            needs = [_needs(files, name, target) for files in projects(name).values()]
            (instructions, ram), *counting = needs
            yield (
                name,
                CORES[target].title,
                f"{instructions:,}",
                *(f"+{100 * (more - instructions) / instructions:.3f} %" for more, _ in counting),
                f"{ram:,}",
                *(f"+{more - ram}" for _, more in counting),
            )


def _needs(files: MemoryFiles, name: str, target: str) -> tuple[int, int]:
    try:
        needs = measured_needs(build(files, BuildOptions(name, target=find_target(target))), name)
    except EmulationError as error:
        raise CannotMeasure(str(error)) from error
    if needs.instructions is None:
        raise CannotMeasure(f"{target} counts no instructions")
    return needs.instructions, needs.ram
