"""The templates count the same in WebAssembly with and without SIMD, in the runtime of pages, and as C on this machine
and on a small core."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from benchmarks.compiler.counting import FEATURE, FEATURES, projects
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.c.interface import Interface, StructField, header, interface_of
from rune.compiler.targets.c.main import main_file
from rune.compiler.targets.lookup import find_target
from rune.devices.emulation.firmware import build_firmware
from rune.devices.emulation.running import emulate
from rune.project.files import ProjectFiles
from rune.running.container import read_watch
from rune.running.runtime import Runtime
from rune.tensor import ElementType, TensorType
from rune.watch.counts import Counts
from rune.watch.layout import WatchLayout
from tests.support.compiler.counted import counts_of_rune
from tests.support.compiler.in_page_runtime import counts_in_page_runtime, page_runtime
from tests.support.compiler.programs.board_programs import core
from tests.support.compiler.programs.c_programs import C, CFolder
from tests.support.compiler.programs.c_projects import input_types, random_inputs

RUNS = {"keywords": 4, "motion": 60, "picture": 12}
FUSED = ("-O2", "-march=native", "-ffp-contract=fast")
TEMPLATES = pytest.mark.parametrize("name", FEATURES)


@dataclass(frozen=True)
class CountedTemplate:
    """A template with a feature, its rune, frames, and what wasmtime counts on them."""

    files: ProjectFiles
    rune: bytes
    layout: WatchLayout
    frames: Sequence[Sequence[bytes]]
    counts: Counts

    @property
    def numbers(self) -> tuple[int, ...]:
        """The counters, one after the other."""
        groups = (self.counts.labels, self.counts.confidence, *self.counts.features)
        return tuple(number for group in groups for number in group)


@cache
def counted_template(name: str) -> CountedTemplate:
    files = projects(name)[FEATURE]
    rune = build(files, BuildOptions(name)).rune
    record = read_watch(rune)
    assert record is not None
    frames = random_inputs(input_types(files), RUNS[name])
    return CountedTemplate(files, rune, record.layout, frames, counts_of_rune(Runtime.load(rune), frames))


@TEMPLATES
def test_a_template_counts_each_of_its_answers(name: str) -> None:
    template = counted_template(name)
    answers = {"motion": (60 - 30) // 5 + 1}.get(name, RUNS[name])
    assert [sum(group) for group in (template.counts.labels, template.counts.confidence)] == [answers, answers]
    assert [sum(group) for group in template.counts.features] == [answers]
    assert 4 * len(template.numbers) <= 240


@TEMPLATES
def test_a_template_counts_the_same_without_simd_and_for_size(name: str) -> None:
    template = counted_template(name)
    smallest = find_target("wasm32").variant("size")
    assert smallest is not None
    for target in (find_target("wasm32-mvp"), smallest):
        rune = build(template.files, BuildOptions(name, target=target)).rune
        assert counts_of_rune(Runtime.load(rune), template.frames) == template.counts


@TEMPLATES
def test_a_template_counts_the_same_in_the_runtime_of_pages(name: str, tmp_path: Path) -> None:
    template = counted_template(name)
    program = page_runtime(tmp_path)
    counts, again = counts_in_page_runtime(program, template.rune, template.frames, template.layout)
    assert counts == template.counts
    assert again == Counts.empty(template.layout)


@TEMPLATES
def test_a_template_counts_the_same_in_c(name: str, tmp_path: Path) -> None:
    template = counted_template(name)
    result = build(template.files, BuildOptions(name, target=C))
    assert f"{name}.watch.json" in result.files
    program = CFolder.of(tmp_path, result.files)
    interface = interface_of(result.program, name)
    take = f"{interface.prefix}_take_counts(counts); fwrite(counts, sizeof counts, 1, stdout);"
    body = f"    static uint32_t counts[{interface.upper}_COUNTS];\n    {take}\n    return status;\n}}"
    (tmp_path / "main.c").write_text(main_file(interface).replace("    return status;\n}", body))
    output = program.outputs(template.frames, FUSED)
    assert struct.unpack(f"<{len(template.numbers)}I", output[-4 * len(template.numbers) :]) == template.numbers


@pytest.mark.slow
@pytest.mark.parametrize("on", ["cortex-m4", "cortex-m0plus"])
@TEMPLATES
def test_a_template_counts_the_same_on_a_small_core(name: str, on: str, tmp_path: Path) -> None:
    """Each run of the firmware takes its own counts, and sends them."""
    template = counted_template(name)
    result = build(template.files, BuildOptions(name, target=find_target(on)))
    counting, count = interface_of(result.program, name), len(template.numbers)
    fields = (StructField("counts", TensorType(ElementType.U32, (count,))),)
    sending = Interface("sending", "rune_sending", counting.inputs, fields, 0)
    files = {path: data for path, data in result.files.items() if path.endswith((".c", ".h")) and path != "main.c"}
    files |= {"sending.h": header(sending).encode(), "sending.c": _sending(counting).encode()}
    outputs = emulate(build_firmware(core(on), files, sending, tmp_path), template.frames).outputs
    runs = struct.iter_unpack(f"<{count}I", outputs)
    assert tuple(map(sum, zip(*runs, strict=True))) == template.numbers


def _sending(counting: Interface) -> str:
    """A rune around another one, whose output is what that counted."""
    prefix, inputs = counting.prefix, ", ".join(f"inputs->{field.name}" for field in counting.inputs)
    return f"""
#include "sending.h"
#include "{counting.name}.c"
int rune_sending_init(void) {{ return {prefix}_init(); }}
int rune_sending_run(const struct rune_sending_inputs *inputs, struct rune_sending_outputs *outputs)
{{
    static struct {prefix}_outputs answers;
    const struct {prefix}_inputs same = {{{inputs}}};
    const int status = {prefix}_run(&same, &answers);
    {prefix}_take_counts(outputs->counts);
    return status;
}}
"""
