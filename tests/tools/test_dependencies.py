"""Each package that is installed beside the program is imported by a source, or runs it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Set
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

_REQUIREMENT = re.compile(r"[\w.-]+")
_IMPORT = re.compile(r"^\s*(?:from|import) ([\w.]+)", re.MULTILINE)
_SCRIPT_IMPORT = re.compile(r"""(?:\b(?:from|import)\s*\(?|@import )\s*["']((?:@[\w.-]+/)?[\w.-]+)""")
_PINS = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \|", re.MULTILINE)
"""A row of the packages that are held back in frontend/README.md: a name and its range."""
SOURCES = ("examples", "forge", "hmr", "hmrd", "lab", "rune")
TOOLS = frozenset({"dev"})
"""Extras whose packages are programs for development."""
NOT_INSTALLED = {
    "onnxruntime": "onnxruntime",
    "opentelemetry-exporter-otlp-proto-http": "opentelemetry",
    "opentelemetry-sdk": "opentelemetry",
    "pyworld-prebuilt": "pyworld",
    "tensorflow-cpu": "tensorflow",
    "python-pkcs11": "pkcs11",
}
"""The module of packages that development does without."""
RUN = {
    "channels-redis": "The settings name it as the channel layer.",
    "fido2": "allauth checks passkeys with it; its extra for second factors would bring a second library for QR codes.",
    "httptools": "Uvicorn reads requests with it.",
    "uvloop": "Uvicorn's event loop.",
    "websockets": "Uvicorn's sockets.",
    "ziglang": "It is the compiler, which is started as a program.",
}
"""Packages that nothing imports, and what runs them."""
USED = {
    "pyodide": "tools/generators/language.py copies its files.",
    "typescript": "frontend/scripts/sdk.mjs runs it for the types of the SDK.",
    "@types/react": "The types of the SDK for React are made with them.",
}
"""Dependencies of the front end that nothing imports, and what uses them."""


def unneeded(requirements: Iterable[str], modules: Mapping[str, Collection[str]], imports: Set[str]) -> list[str]:
    """The packages none of whose modules is imported. `modules` has those of each package."""
    names = {_normal(match[0]) for each in requirements if (match := _REQUIREMENT.match(each))}
    return sorted(name for name in names if imports.isdisjoint(modules.get(name, ())))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _modules() -> dict[str, set[str]]:
    modules: dict[str, set[str]] = {name: {module} for name, module in NOT_INSTALLED.items()}
    for module, distributions in packages_distributions().items():
        for distribution in distributions:
            modules.setdefault(_normal(distribution), set()).add(module)
    return modules


def _imported(folders: Iterable[str]) -> set[str]:
    files = (path for folder in folders for path in (REPOSITORY / folder).rglob("*.py"))
    return {match.partition(".")[0] for path in files for match in _IMPORT.findall(path.read_text("utf-8"))}


def test_a_package_that_nothing_imports_is_reported() -> None:
    modules = {"pyyaml": {"yaml"}, "left-over": {"left"}}
    assert unneeded(["PyYAML>=6", "left_over==1"], modules, {"yaml"}) == ["left-over"]


@pytest.mark.slow
def test_each_requirement_is_imported_or_run() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [each for name, extra in project["optional-dependencies"].items() if name not in TOOLS for each in extra]
    others = [each for each in extras if not each.startswith(f"{project['name']}[")]
    assert unneeded([*project["dependencies"], *others], _modules(), _imported(SOURCES)) == sorted(RUN)


@pytest.mark.slow
def test_each_dependency_of_the_front_end_is_imported() -> None:
    package = json.loads((REPOSITORY / "frontend" / "package.json").read_text("utf-8"))
    folder = REPOSITORY / "frontend"
    sources: list[Path] = [*folder.glob("*.ts"), *folder.glob("scripts/*.mjs")]
    sources += [path for pattern in ("*.ts", "*.tsx", "*.css") for path in (folder / "src").rglob(pattern)]
    imports = {name for path in sources for name in _SCRIPT_IMPORT.findall(path.read_text("utf-8"))}
    assert set(package["dependencies"]) - imports == set(USED)


def test_each_package_that_is_held_back_has_its_range_and_a_reason() -> None:
    package = json.loads((REPOSITORY / "frontend" / "package.json").read_text("utf-8"))
    ranges: dict[str, str] = package["dependencies"] | package["devDependencies"]
    pins = dict(_PINS.findall((REPOSITORY / "frontend" / "README.md").read_text("utf-8")))
    assert pins == {name: ranges.get(name) for name in pins}
    assert {name for name, span in ranges.items() if span.startswith("~")} <= pins.keys()
