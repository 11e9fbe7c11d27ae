"""Making firmware of a build, in the compiler's process: a package for a board, and of it what the board takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from forge.compute.child.job_answers import Answers
from forge.compute.child.job_files import JobFiles
from forge.compute.child.output_file import write_output
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.spec import SpecOptions
from rune.compiler.targets.lookup import find_variant
from rune.compiler.targets.wasm32 import PREVIEW
from rune.devices.packages.errors import PackageRefused
from rune.devices.packages.packaging import package
from rune.toolchain import toolchain_digest

OTHER_TOOLCHAIN = (
    "This build is of another version of Hammer Forge than the server's. Build again to run it on a board."
)
OTHER_RUNE = "The files now build a different rune than before. Build again to run it on a board."


def make_firmware(job: Mapping[str, Any], files: JobFiles, answers: Answers, output: int) -> None:
    """Writes the UF2 file into `output` and answers its description, or why there is none (`failed`)."""
    spec = job["spec"]
    if spec["toolchain"] != toolchain_digest():
        answers.send("failed", error=OTHER_TOOLCHAIN, diagnostics=[])
        return
    options = SpecOptions.from_json(spec["options"])
    try:
        firmware = package(
            files,
            BuildOptions.of_spec(options, find_variant(job["target"], job["optimize"])),
            rune_target=PREVIEW if options.is_preview else find_variant(spec["target"], options.optimize),
        )
    except PackageRefused as error:
        answers.send("failed", error=f"{error}.", diagnostics=[])
        return
    (uf2,) = (data for path, data in firmware.files.items() if path.startswith("firmware/") and path.endswith(".uf2"))
    (text,) = (data for path, data in firmware.files.items() if path.startswith("firmware/") and path.endswith(".json"))
    description = json.loads(text)
    if description["digest"] != job["digest"]:
        answers.send("failed", error=OTHER_RUNE, diagnostics=[])
        return
    write_output(output, uf2)
    answers.send("firmware", description=description)
