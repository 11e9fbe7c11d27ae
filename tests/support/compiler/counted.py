"""Pipelines that count what they read, and the counts that NumPy makes of the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np

from rune.abi import OutputKind
from rune.capabilities.raw import RAW
from rune.compiler.anvil.graph import NUMPY_TYPES
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.target import Target
from rune.compiler.targets.c.interface import interface_of
from rune.compiler.targets.c.main import main_file
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.port import Port
from rune.running.container import pack, rune_sections
from rune.running.container.graph import graph_json
from rune.running.container.watch import watch_json
from rune.source.runefile.pipeline import CapabilityStage, OutputStage, Pipeline, Watch
from rune.source.runefile.watch.numbers import FEATURE_ELEMENTS, SCORE_ELEMENTS, limits
from rune.tensor import ElementType, TensorType
from rune.watch.counts import Counts
from rune.watch.layout import ConfidenceBins, FeatureBins, LabelBins, Statistic, WatchLayout
from rune.watch.record import counts_of_groups
from tests.support.compiler.pipelines import module_of
from tests.support.compiler.programs.c_programs import C, CFolder, sources_of

Frames = Sequence[Sequence[bytes]]
SCORES: Final = "scores"


@dataclass(frozen=True)
class CountingCase:
    """A pipeline that sends what it reads and counts it, and the frames that it reads."""

    pipeline: Pipeline
    frames: Frames

    @property
    def layout(self) -> WatchLayout:
        assert self.pipeline.watch is not None
        return self.pipeline.watch.layout

    @property
    def types(self) -> Mapping[str, TensorType]:
        """The type of each input, in their order."""
        return {each.name: each.output for each in self.pipeline.stages if isinstance(each, CapabilityStage)}

    def arrays(self, frame: Sequence[bytes]) -> Mapping[str, Any]:
        pairs = zip(self.types.items(), frame, strict=True)
        return {name: np.frombuffer(data, NUMPY_TYPES[type_.element]) for (name, type_), data in pairs}

    def rune(self, target: Target = WASM32) -> bytes:
        """The rune."""
        return rune_of(self.pipeline, target)


def rune_of(pipeline: Pipeline, target: Target = WASM32) -> bytes:
    """A module with the sections that a host reads."""
    sections = rune_sections(graph_json(pipeline, "counted"), watch=watch_json(pipeline))
    return pack(module_of(pipeline, {}, target), sections)


def random_case(seed: int, frames: int = 20) -> CountingCase:
    """A pipeline with a classifier, one or two features, or all of these."""
    generator = np.random.default_rng(seed)
    stages: list[CapabilityStage] = []
    features: list[FeatureBins] = []
    labels = confidence = scores = None
    if seed % 4:
        element = SCORE_ELEMENTS[seed % len(SCORE_ELEMENTS)]
        type_ = TensorType(element, (1, int(generator.integers(1, 40))))
        stages.append(CapabilityStage(SCORES, RAW, (), type_))
        labels = _labels(generator, type_.count)
        confidence = ConfidenceBins(_edges(generator, element, int(generator.integers(0, 16))))
        scores = Port(SCORES, 0)
    for number in range(1 + seed % 2 if scores is None else int(generator.integers(0, 3))):
        element = FEATURE_ELEMENTS[int(generator.integers(len(FEATURE_ELEMENTS)))]
        type_ = TensorType(element, (int(generator.choice([1, 3, 17, 4096, 4097, 9000])),))
        stages.append(CapabilityStage(f"wire_{number}", RAW, (), type_))
        statistic = list(Statistic)[int(generator.integers(2))]
        edges = _feature_edges(generator, element, statistic)
        features.append(FeatureBins(stages[-1].name, 0, statistic, edges))
    out = OutputStage("out", OutputKind.TENSOR, tuple(Port(stage.name, 0) for stage in stages))
    layout = WatchLayout(labels, confidence, tuple(features))
    types = [stage.output for stage in stages]
    data = [[_elements(generator, type_).tobytes() for type_ in types] for _ in range(frames)]
    return CountingCase(Pipeline((*stages, out), (), Watch(layout, scores)), data)


def expected_counts(case: CountingCase) -> Counts:
    """The counts of all frames, as NumPy makes them."""
    groups = [[0] * size for size in case.layout.sizes]
    for frame in case.frames:
        arrays = case.arrays(frame)
        if case.layout.labels is not None and case.layout.confidence is not None:
            scores = arrays[SCORES]
            if np.isnan(scores).all():
                continue
            best = int(np.nanargmax(scores))
            groups[0][case.layout.labels.bins[best]] += 1
            groups[1][_bin(Fraction(float(scores[best])), case.layout.confidence.edges)] += 1
        for group, feature in zip(groups[2:], case.layout.features, strict=True):
            group[_feature_bin(feature, arrays[feature.stage])] += 1
    return counts_of_groups([tuple(group) for group in groups])


def counts_of_rune(rune: Any, frames: Frames) -> Counts:
    """The counts of a loaded rune after all frames."""
    for frame in frames:
        rune.call({request.id: data for request, data in zip(rune.capabilities, frame, strict=True)})
    counts = rune.take_counts()
    assert isinstance(counts, Counts)
    return counts


def counters_in_c(case: CountingCase, folder: Path, flags: Sequence[str], *, before: str = "") -> tuple[int, ...]:
    """The counters of the program in C after all frames, taken twice: the second time they are 0. `before` is C that
    runs before they are taken."""
    program = CFolder.of(folder, sources_of(case.pipeline, {}, "counted"))
    (folder / "main.c").write_text(counting_main(case.pipeline, before))
    output = program.outputs(case.frames, flags)
    count = sum(case.layout.sizes)
    numbers = np.frombuffer(output[-8 * count :], "<u4").tolist()
    assert not any(numbers[count:])
    return tuple(numbers[:count])


def counting_main(pipeline: Pipeline, before: str = "") -> str:
    """The main file of a program that writes its counters behind its outputs."""
    interface = interface_of(lower(pipeline, {}, C), "counted")
    take = (
        f"    static uint32_t counts[{interface.upper}_COUNTS];\n    {before}\n"
        + f"    {interface.prefix}_take_counts(counts);\n    fwrite(counts, sizeof counts, 1, stdout);\n" * 2
    )
    text = main_file(interface)
    assert "    return status;\n}" in text
    return text.replace("    return status;\n}", take + "    return status;\n}")


def _labels(generator: np.random.Generator, count: int) -> LabelBins:
    bins = min(count, int(generator.integers(1, 13)))
    bin_of_label = [*range(bins), *(int(each) for each in generator.integers(0, bins, count - bins))]
    return LabelBins(tuple(f"label {number}" for number in range(bins)), tuple(bin_of_label))


def _elements(generator: np.random.Generator, type_: TensorType) -> Any:
    if type_.element is not ElementType.F32:
        low, high = limits(type_.element)
        span = int(generator.choice([2, 50, high]))
        numbers = generator.integers(max(low, -span), min(high, span), type_.count, endpoint=True)
        return numbers.astype(NUMPY_TYPES[type_.element])
    numbers = (generator.normal(0, 1, type_.count) * 10.0 ** generator.integers(-3, 4)).astype("<f4")
    if generator.integers(4) == 0:
        numbers[:: int(generator.integers(1, 4))] = np.nan
    return numbers


def _edges(generator: np.random.Generator, element: ElementType, count: int) -> tuple[float, ...]:
    if element is ElementType.F32:
        return tuple(sorted({float(np.float32(each)) for each in generator.normal(0, 2, count)}))
    low, high = limits(element)
    return tuple(sorted({float(each) for each in generator.integers(max(low, -60), min(high, 60), count)}))


def _feature_edges(generator: np.random.Generator, element: ElementType, statistic: Statistic) -> tuple[float, ...]:
    size = 1.0 if element is ElementType.F32 else 30.0
    numbers = generator.normal(0, size, int(generator.integers(0, 16))) * 10.0 ** generator.integers(-1, 2)
    return tuple(sorted({float(each * each if statistic is Statistic.LEVEL else each) for each in numbers}))


def _feature_bin(feature: FeatureBins, elements: Any) -> int:
    if elements.dtype == np.float32:
        terms = elements * elements if feature.statistic is Statistic.LEVEL else elements
        with np.errstate(all="ignore"):
            total = np.cumsum(terms, dtype=np.float32)[-1]
            edges = [np.float32(edge * elements.size) for edge in feature.edges]
        return sum(bool(total >= edge) for edge in edges)
    whole = [int(each) for each in elements]
    total = sum(each * each for each in whole) if feature.statistic is Statistic.LEVEL else sum(whole)
    return _bin(Fraction(total, len(whole)), feature.edges)


def _bin(number: Fraction, edges: Sequence[float]) -> int:
    return sum(number >= Fraction(edge) for edge in edges)
