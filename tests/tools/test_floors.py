"""The floors of the imports: every package has one, or the check fails."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.floors import layers_by_container

REPOSITORY = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")
TOOLCHAIN = sorted(name for name in layers_by_container(REPOSITORY) if name.partition(".")[0] == "rune")
"""The toolchain and its groups."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The Python files of the packages, and the contracts."""
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    for package in ("rune", "forge", "lab", "hmr"):
        for source in (REPOSITORY / package).rglob("*.py"):
            target = tmp_path / source.relative_to(REPOSITORY)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return tmp_path


def floors_of(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(LINT), "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def unplaced_packages(folder: Path, container: str) -> set[str]:
    """The modules of a package below this folder that no layer of its contract names."""
    return _modules(folder / container.replace(".", "/")) - layers_by_container(folder)[container]


def _modules(folder: Path) -> set[str]:
    files = {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}
    return (files | {path.parent.name for path in folder.glob("*/__init__.py")}) - {"migrations"}


@pytest.mark.parametrize("container", [*TOOLCHAIN, "forge.registry"])
def test_every_package_of_a_container_has_a_floor(container: str) -> None:
    assert unplaced_packages(REPOSITORY, container) == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("container", "place"),
    [("rune", "unplaced"), ("rune.compiler", "unplaced"), ("forge.registry", "unplaced")],
)
def test_a_package_without_a_floor_is_refused(copy: Path, container: str, place: str) -> None:
    folder = copy / container.replace(".", "/") / place
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    assert unplaced_packages(copy, container) == {place}


@pytest.mark.proof
def test_an_app_without_a_floor_is_refused_by_its_name(copy: Path) -> None:
    (copy / "forge" / "unplaced").mkdir()
    (copy / "forge" / "unplaced" / "__init__.py").write_text("")
    result = floors_of(copy)
    assert result.returncode == 1
    assert "- forge.unplaced" in result.stdout


@pytest.mark.slow
def test_an_import_that_goes_up_is_refused(copy: Path) -> None:
    (copy / "forge/core/audit/entries.py").write_text("from forge.builds import models\n")
    (copy / "forge/compute/child/main.py").write_text("import django\n")
    (copy / "forge/registry/tags/etag_facets.py").write_text(
        "from forge.registry.distribution.artifacts import sweep\n"
    )
    (copy / "forge/registry/oci/manifests.py").write_text("from forge.registry.models import Tag\n")
    (copy / "rune/source/policy/tags.py").write_text("from rune.editing.language import service\n")
    (copy / "rune/compiler/anvil/errors.py").write_text("from rune.compiler.targets import lookup\n")
    (copy / "rune/datasets/export/layout.py").write_text("from rune.datasets.layouts import find\n")
    result = floors_of(copy)
    assert result.returncode == 1
    assert "forge.core.audit.entries -> forge.builds.models" in result.stdout
    assert "forge.compute.child.main -> django" in result.stdout
    assert "forge.registry.tags.etag_facets -> forge.registry.distribution.artifacts.sweep" in result.stdout
    assert "forge.registry.oci.manifests -> forge.registry.models" in result.stdout
    assert "rune.source.policy.tags -> rune.editing.language.service" in result.stdout
    assert "rune.compiler.anvil.errors -> rune.compiler.targets.lookup" in result.stdout
    assert "rune.datasets.export.layout -> rune.datasets.layouts.find" in result.stdout


@pytest.mark.slow
def test_a_circle_between_packages_is_refused(copy: Path) -> None:
    with (copy / "rune/compiler/anvil/kernel_set.py").open("a") as file:
        file.write("import rune.compiler.anvil.selection.select\n")
    with (copy / "forge/accounts/teams/etag_facets.py").open("a") as file:
        file.write("import forge.accounts.organisations.pages.organisation\n")
    result = floors_of(copy)
    assert result.returncode == 1
    assert "No cycles are allowed in rune.compiler.anvil." in result.stdout
    assert "- .kernel_set -> .selection (1 import)" in result.stdout
    assert "No cycles are allowed in forge.accounts." in result.stdout
    assert "- .teams -> .organisations (1 import)" in result.stdout
