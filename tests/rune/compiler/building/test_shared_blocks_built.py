"""A rune with a block of another project, from the bytes that its lock names."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.devices.emulation.running import emulate
from rune.devices.packages.packaging import package
from rune.running.runtime import Runtime
from tests.support.compiler.programs.board_programs import by_hand, core
from tests.support.compiler.programs.c_programs import sent_bytes
from tests.support.compiler.programs.package_programs import PackageFolder
from tests.support.runes.shared_blocks import PATH, SMOOTH, project, published


def test_a_rune_of_it_is_the_one_of_its_file_whatever_else_is_mounted() -> None:
    digest, files = published()
    newer, newer_files = published("1.10", SMOOTH.replace(b"0.5", b"0.75"))
    shelf = json.dumps({"acme/sounds#smooth": [{"version": "1.10", "digest": newer, "deprecation": ""}]})
    lock = f"{PATH} {digest}\n"
    result = build(project(lock=lock, mounts=files), BuildOptions("smooth"))
    assert result.report.to_json()["blocks"] == [{"path": PATH, "digest": digest}]
    others = project(lock=lock, mounts={**files, **newer_files}, shelf=shelf)
    assert build(others, BuildOptions("smooth")).rune == result.rune
    rune = Runtime.load(result.rune)
    assert sent_bytes(rune, [[struct.pack("<4f", 1.0, 2.0, 0.0, -4.0)]]) == struct.pack("<4f", 0.5, 1.0, 0.0, -2.0)


@pytest.mark.slow
def test_a_package_of_it_runs_by_itself_and_tells_a_wrong_block(tmp_path: Path) -> None:
    digest, files = published()
    bundle = package(project(lock=f"{PATH} {digest}\n", mounts=files), BuildOptions("smooth", target=find_target("c")))
    assert json.loads(bundle.files["report.json"])["blocks"] == [{"path": PATH, "digest": digest}]
    folder = PackageFolder.of(tmp_path / "right", bundle)
    assert folder.self_test(("-O3", "-march=native", "-ffp-contract=fast")).split()[0] == "0"
    # Its source is C alone, with the block's arithmetic in it: another sign in it is reported at the block's stage.
    source = folder.path / "src" / "smooth.c"
    mutant, count = re.subn(r"(const float t\d+ = t\d+ )-( t\d+;)", r"\1+\2", source.read_text())
    assert count == 1
    source.write_text(mutant)
    assert folder.self_test(("-O2",)).split(maxsplit=1)[1].strip() == "smooth"


@pytest.mark.proof
@pytest.mark.parametrize("name", ["cortex-m4", "rv32imc"])
def test_a_package_of_it_passes_its_self_test_on_its_core(name: str, tmp_path: Path) -> None:
    digest, files = published()
    bundle = package(project(lock=f"{PATH} {digest}\n", mounts=files), BuildOptions("smooth", target=find_target(name)))
    assert any(path.endswith(".a") for path in bundle.files)
    for path in ("include/smooth.h", "src/smooth.c", "src/smooth_selftest.c"):
        (tmp_path / Path(path).name).write_bytes(bundle.files[path])
    sources = '#include "smooth.c"\n#include "smooth_selftest.c"\n'
    firmware = by_hand("outputs->out[0] = (uint32_t)rune_smooth_selftest();", core(name), tmp_path, before=sources)
    assert int.from_bytes(emulate(firmware, [[bytes(4)]]).outputs, "little") == 0
