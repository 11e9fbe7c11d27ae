"""Builds the rune of each template and puts its recordings beside it, for the cards that run templates in a page.

Run by tools.setup with the environment's Python. A folder is named by the digest of its rune, so that
browsers may keep it.

    .venv/bin/python -m tools.generators.template_runes
"""

from __future__ import annotations

import json
import shutil
import sys
from typing import Any

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import FolderFiles
from rune.source.templates import Template, list_templates
from tools.setup import TEMPLATE_RUNES


def main() -> int:
    print("Building the runes of the templates", flush=True)
    shutil.rmtree(TEMPLATE_RUNES, ignore_errors=True)
    TEMPLATE_RUNES.mkdir(parents=True)
    manifest = {template.name: write_rune(template) for template in list_templates()}
    # Last: who finds it finds the runes.
    (TEMPLATE_RUNES / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return 0


def write_rune(template: Template) -> dict[str, Any]:
    """Writes a template's rune and recordings into a folder, and returns their names."""
    build_result = build(FolderFiles(template.folder), BuildOptions(template.name))
    folder = f"{template.name}-{build_result.report.digest.removeprefix('sha256:')[:12]}"
    target = TEMPLATE_RUNES / folder
    target.mkdir()
    (target / f"{template.name}.rune").write_bytes(build_result.rune)
    recordings = [path for path in template.paths if path.rpartition(".")[2] in RECORDING_SUFFIXES]
    for path in recordings:
        shutil.copyfile(template.folder / path, target / path)
    return {"folder": folder, "rune": f"{template.name}.rune", "recordings": recordings}


RECORDING_SUFFIXES = frozenset(("wav", "csv", "png"))
"""The suffixes of recordings of templates; `docs/contributing/add-a-template.md` names them."""


if __name__ == "__main__":
    sys.exit(main())
