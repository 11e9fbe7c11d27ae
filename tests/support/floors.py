"""The contracts of imports, as `pyproject.toml` has them."""

from __future__ import annotations

import tomllib
from pathlib import Path


def layers_by_container(folder: Path) -> dict[str, set[str]]:
    """Returns the names in the layers of each package whose floors a contract defines, by the package's name."""
    contracts = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    return {
        container: {name.strip() for layer in contract["layers"] for name in layer.split("|")}
        for contract in contracts
        for container in contract.get("containers", ())
    }
