"""Writes bills of materials in CycloneDX: bom.json of the installed Python packages, bom-frontend.json of npm's.

The same packages give the same bytes: what names the moment or the run is left out. `python -m tools.packaging.bom`
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.setup import ENVIRONMENT, FRONTEND, PYTHON, ROOT, node_environment

PYTHON_BOM, FRONTEND_BOM = ROOT / "bom.json", ROOT / "bom-frontend.json"
_OF_THE_RUN = ("serialNumber",)
_OF_THE_MOMENT = ("timestamp",)


def main() -> int:
    write_python_bom(PYTHON_BOM)
    FRONTEND_BOM.write_text(frontend_bom(), encoding="utf-8")
    print(f"Wrote {PYTHON_BOM.name} and {FRONTEND_BOM.name}.")
    return 0


def write_python_bom(place: Path) -> None:
    """Writes the bill of materials of all packages that are installed in the project's environment."""
    tool = [str(ENVIRONMENT / "bin" / "cyclonedx-py"), "environment", "--output-reproducible"]
    subprocess.run([*tool, "--pyproject", "pyproject.toml", "-o", str(place), str(PYTHON)], cwd=ROOT, check=True)


def frontend_bom() -> str:
    """Returns the bill of materials of all packages in the lock, installed or not; those that only build and test the
    front end are marked so."""
    command = ["npm", "sbom", "--package-lock-only", "--sbom-format=cyclonedx", "--loglevel=error"]
    process = subprocess.run(
        command, cwd=FRONTEND, env=node_environment(), stdout=subprocess.PIPE, check=True, text=True, timeout=120
    )
    return reproducible(json.loads(process.stdout))


def reproducible(bom: dict[str, Any]) -> str:
    """A bill without its number and its time, as JSON."""
    metadata = {name: value for name, value in bom["metadata"].items() if name not in _OF_THE_MOMENT}
    properties = {name: value for name, value in bom.items() if name not in _OF_THE_RUN}
    return json.dumps(properties | {"metadata": metadata}, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.exit(main())
