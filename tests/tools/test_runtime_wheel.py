"""The wheel of the runtime: what it has, what it has not, and that a rune runs with it, wasmtime and NumPy alone."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from forge.core.dist import device_wheel, notebook_wheel, runtime_wheel
from forge.serving.wheel import current_wheel
from rune.tools.api.built import build
from tests.support.cases import each_case
from tests.support.servers.live_server import REPOSITORY
from tools.packaging.runtime_wheel import LARGEST, BadWheel, imported_modules, runtime_files

MOST_DISTRIBUTIONS = 20
"""The most distributions that the SDK of notebooks brings."""
LIBRARIES = ("numpy", "numpy.libs", "wasmtime")
PROGRAM = """\
import sys
from pathlib import Path
import rune
from rune import Deployment, DeploymentError
sine = rune.load(Path(sys.argv[1]).read_bytes())
print(float(sine(0.8)["result"][0, 0]))
try:
    Deployment("http://127.0.0.1:1/d/a/b/c", cache=sys.argv[2]).load()
except DeploymentError as error:
    print(error.name)
try:
    rune.build(".")
except ModuleNotFoundError as error:
    print(error.name)
"""

SDK_PROGRAM = """\
import pkgutil
from importlib import import_module
from pathlib import Path
import hmr, rune
for module in pkgutil.iter_modules(hmr.__path__):
    import_module(f"hmr.{module.name}")

try:
    hmr.Rune("acme", "knock", "Runefile.yml", "1.0", server="http://127.0.0.1:1", token="none").get_data()
except hmr.HmrError as error:
    print(error.name)
try:
    hmr.Rune("acme", "knock", device="local")
except hmr.HmrError as error:
    print(error.name)
Path("empty").mkdir()
print(type(rune.load_data("empty")).__name__)
"""

DEVICE_PROGRAM = """\
from pathlib import Path
import hmr
Path("Runefile.yml").write_text("version: 1")
project = hmr.Rune("acme", "knock", "Runefile.yml", device="local", socket="nowhere.sock")
for act in (project.get_data, project.build):
    try:
        act()
    except hmr.HmrError as error:
        print(error.name)
"""


@each_case(
    ("source", "modules"),
    [
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import rune.compiler", set()),
        ("import numpy", set()),
        ("def later():\n    import rune.abi", {"rune.abi"}),
        ("from rune.running import container", {"rune.running", "rune.running.container"}),
    ],
)
def test_what_a_source_imports_when_it_runs(source: str, modules: set[str]) -> None:
    assert imported_modules(source) == modules


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def wheel() -> Path:
    file = runtime_wheel()
    assert file is not None, "set-up builds it"
    return file


def test_each_file_is_in_one_of_the_wheels(wheel: Path) -> None:
    notebooks = notebook_wheel()
    assert notebooks is not None, "set-up builds it"
    devices = device_wheel()
    assert devices is not None, "set-up builds it"
    small, sdk, large = names_in(wheel), names_in(notebooks), names_in(current_wheel().path)
    daemon = names_in(devices)
    assert small & large == small & sdk == sdk & large == daemon & (small | sdk | large) == set()
    assert {name.partition("/")[0] for name in daemon} == {"hmrd"}
    assert "hmr/__init__.py" in sdk
    assert {name.partition("/")[0] for name in sdk} == {"hmr"}
    assert "rune/__init__.py" in small
    assert "rune/tools/cli/__init__.py" in large
    assert not [name for name in small if name.startswith(("forge/", "lab/", "rune/source/"))]
    assert wheel.stat().st_size < LARGEST


def test_the_whole_needs_the_runtime_of_its_version(wheel: Path) -> None:
    version = wheel.name.split("-")[1]
    with zipfile.ZipFile(current_wheel().path) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("METADATA"))
        assert f"Requires-Dist: hammer-forge-runtime=={version}\n" in archive.read(metadata).decode()


def required_names(wheel: Path) -> set[str]:
    """The names of what a wheel requires without an extra."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("METADATA"))
        lines = archive.read(metadata).decode().partition("\n\n")[0].splitlines()
    needs = [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]
    return {Requirement(need).name for need in needs if "extra ==" not in need}


def closure_of(names: set[str]) -> set[str]:
    """Returns the distributions that pip installs for these names. Our own wheels are not followed."""
    closure: set[str] = set()
    waiting = [name for name in names if not name.startswith("hammer-forge")]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in closure:
            continue
        closure.add(name)
        requirements = [Requirement(each) for each in distribution(name).requires or []]
        waiting += [each.name for each in requirements if each.marker is None or each.marker.evaluate({"extra": ""})]
    return closure


def test_the_sdk_of_notebooks_installs_no_compiler(wheel: Path) -> None:
    sdk = notebook_wheel()
    assert sdk is not None
    needs = required_names(sdk)
    assert {name for name in needs if name.startswith("hammer-forge")} == {"hammer-forge-runtime"}
    closure = closure_of(needs | required_names(wheel))
    assert {"httpx", "numpy", "tuf", "wasmtime"} <= closure
    assert not closure & {"ziglang", "click", "django", "ai-edge-litert", "tensorflow-cpu"}
    assert len(closure) <= MOST_DISTRIBUTIONS, sorted(closure)


def test_a_wheel_of_the_sdk_that_imports_the_compiler_is_refused() -> None:
    files = {
        "hmr/models.py": b"from rune.source.policy import FORMS",
        "rune/__init__.py": b"",
        "rune/source/__init__.py": b"",
        "rune/source/policy.py": b"",
    }
    with pytest.raises(BadWheel, match=r"imports the compiler: rune/source/__init__\.py"):
        runtime_files(files)


def test_the_daemon_of_devices_installs_neither_compiler_nor_server(wheel: Path) -> None:
    daemon = device_wheel()
    assert daemon is not None
    closure = closure_of(required_names(daemon) | required_names(wheel))
    assert {"cryptography", "numpy", "tuf", "wasmtime"} <= closure
    assert not closure & {"ziglang", "click", "django", "httpx", "pillow", "pyyaml", "paho-mqtt"}
    with zipfile.ZipFile(daemon) as archive:
        (scripts,) = (archive.read(name) for name in archive.namelist() if name.endswith("entry_points.txt"))
    assert b"hmrd = hmrd.command.main:main" in scripts


@pytest.mark.slow
def test_the_sdk_of_notebooks_runs_with_what_its_wheels_require_alone(wheel: Path, tmp_path: Path) -> None:
    sdk = notebook_wheel()
    assert sdk is not None
    packages = tmp_path / "packages"
    for each in (wheel, sdk):
        with zipfile.ZipFile(each) as archive:
            archive.extractall(packages)
    for name in closure_of(required_names(sdk) | required_names(wheel)):
        of_distribution = distribution(name)
        for top in {file.parts[0] for file in of_distribution.files or () if file.parts[0] != ".."}:
            if not (packages / top).exists():
                (packages / top).symlink_to(Path(str(of_distribution.locate_file(top))))
    command = f"import sys; sys.path.append({str(packages)!r})\n{SDK_PROGRAM}"
    process = subprocess.run(
        [sys.executable, "-I", "-S", "-c", command], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert process.stdout.split() == ["server-away", "toolchain-missing", "DataSet"]

    devices = device_wheel()
    assert devices is not None
    with zipfile.ZipFile(devices) as archive:
        archive.extractall(packages)
    command = f"import sys; sys.path.append({str(packages)!r})\n{DEVICE_PROGRAM}"
    process = subprocess.run(
        [sys.executable, "-I", "-S", "-c", command], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert process.stdout.split() == ["daemon-away", "toolchain-missing"]


@pytest.mark.slow
def test_a_rune_runs_with_the_wheel_wasmtime_and_numpy_alone(wheel: Path, tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    for name in LIBRARIES:
        (packages / name).symlink_to(Path(sysconfig.get_path("platlib")) / name)
    file = tmp_path / "sine.rune"
    file.write_bytes(build(REPOSITORY / "examples/sine").data)
    command = f"import sys; sys.path.append({str(packages)!r})\n{PROGRAM}"
    # -I and -S: neither this folder nor this environment's packages are searched.
    arguments = [sys.executable, "-I", "-S", "-c", command, str(file), str(tmp_path / "cache")]
    process = subprocess.run(arguments, cwd=tmp_path, check=True, capture_output=True, text=True)
    answer, error, missing = process.stdout.split()
    assert float(answer) == pytest.approx(0.717, abs=0.05)
    assert error == "server-away"
    assert missing.startswith("rune.tools.api.built")
