"""The licence of a package: that of the code, and of other parts in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rune.devices.packages.contents import Contents
from rune.wording import plain

_NOTICE = """\
Hammer Forge wrote this package. Its code is under the Apache License 2.0 (LICENSE):
SPDX-License-Identifier: Apache-2.0. It contains no code of others.

The constants in src/{name}.c are not the code's: they are the weights of the models and the texts of the project.
{models}
"""


def files(contents: Contents) -> Mapping[str, str]:
    """LICENSE and NOTICE."""
    models = [f"* {plain(model.file, 200)}" for model in contents.report.models if model.file is not None]
    models_text = (
        "\n".join(["Their licences are their own:", "", *dict.fromkeys(models)]) if models else "It has no model."
    )
    licence = (Path(__file__).parent / "LICENSE").read_text(encoding="utf-8")
    return {"LICENSE": licence, "NOTICE": _NOTICE.format(name=contents.interface.name, models=models_text)}
