"""The digest of a conversion: its source, settings and samples, and the sources of what converts it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from forge.learning.conversions.models import ModelConversion
from forge.learning.conversions.running.recordings import samples_state
from rune.compiler.building.spec import canonical_digest
from rune.isolation.toolchain_files import package_folder
from rune.toolchain import toolchain_digest

_QUANTISER = "ai-edge-quantizer"


def conversion_digest(row: ModelConversion) -> str:
    """The digest of all that the forms of a conversion follow from."""
    return canonical_digest(
        {
            "source": row.source_digest,
            "name": row.source_name,
            "weights": row.weights_digest,
            "shapes": row.shapes,
            "calibration": row.calibration,
            "samples": row.samples_digest or samples_state(row),
            "converter": converter_digest(),
        }
    )


@cache
def converter_digest() -> str:
    """The digest of `lab` with the locks of its environments, of the quantiser and of the toolchain, read once a
    process."""
    folder = Path(package_folder("lab"))
    digest = hashlib.sha256(f"{toolchain_digest()} {_quantiser_version()}".encode())
    for path in sorted(each for each in folder.rglob("*") if each.suffix in (".py", ".txt")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"sha256:{digest.hexdigest()}"


def _quantiser_version() -> str:
    try:
        return version(_QUANTISER)
    except PackageNotFoundError:
        return ""
