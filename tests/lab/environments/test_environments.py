"""Environments of converters are made from locks with hashes, of wheels alone, and checked against the lock."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.environments.__main__ import main
from lab.environments.environment import ENVIRONMENTS
from lab.environments.making import EnvironmentProblem, check, locked_packages, prepare, remove
from rune.environments import environment
from rune.environments.environment import READY, Environment

NAME, VERSION = "converter", "1.2"


@dataclass(frozen=True)
class Index:
    """A folder of packages, as an index of packages would serve them, and the folder of locks."""

    packages: Path
    locks: Path

    def add_wheel(self, version: str = VERSION, code: str = "__version__ = '1.2'") -> Path:
        path = self.packages / f"{NAME}-{version}-py3-none-any.whl"
        information = f"{NAME}-{version}.dist-info"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(f"{NAME}.py", code)
            wheel.writestr(f"{information}/METADATA", f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version}\n")
            wheel.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{information}/RECORD", "")
        return path

    def lock(self, file: Path) -> None:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        self.locks.joinpath("test.txt").write_text(f"{NAME}=={VERSION} \\\n    --hash=sha256:{digest}\n")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    """An index of this machine alone: nothing is fetched."""
    index = Index(tmp_path / "packages", tmp_path / "locks")
    index.packages.mkdir()
    index.locks.mkdir()
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": str(index.packages)}.items():
        monkeypatch.setenv(f"UV_{name}", value)
        monkeypatch.setenv(f"PIP_{name}", value)
    monkeypatch.setattr(environment, "LOCKS", index.locks)
    monkeypatch.setenv("RUNE_LAB_DIR", str(tmp_path / "lab"))
    return index


ENVIRONMENT = Environment("test", NAME, "tests", download=1, disk=2)


def test_an_environment_that_is_removed_in_part_is_not_ready(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    (index.locks / "test.txt").write_text("")
    ENVIRONMENT.folder.mkdir(parents=True)
    (ENVIRONMENT.folder / READY).write_text("{}")
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)  # as if it was broken off
    remove(ENVIRONMENT)
    assert not ENVIRONMENT.is_ready


@pytest.mark.slow
def test_an_environment_is_made_from_its_lock_and_says_its_size_first(index: Index) -> None:
    index.lock(index.add_wheel())
    messages: list[str] = []
    assert not ENVIRONMENT.is_ready
    environment = prepare(ENVIRONMENT, messages.append)
    assert (environment.packages, environment.version) == (1, VERSION)
    assert (ENVIRONMENT.folder / READY).is_file()
    assert "1 MB to download, 0.0 GB on disk" in messages[0]
    assert prepare(ENVIRONMENT, messages.append) == environment
    assert len(messages) == 2  # the second time there is nothing to say


@pytest.mark.slow
@pytest.mark.protects("models-in/environments")
def test_a_package_with_another_hash_is_refused(index: Index) -> None:
    index.lock(index.add_wheel())
    index.add_wheel(code="raise SystemExit('attack')")
    with pytest.raises(EnvironmentProblem, match="could not be installed"):
        prepare(ENVIRONMENT, print)
    assert not ENVIRONMENT.is_ready


@pytest.mark.slow
@pytest.mark.protects("models-in/environments")
def test_a_package_that_would_run_code_while_it_is_installed_is_refused(index: Index, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    (tmp_path / "setup.py").write_text(f"open({str(canary)!r}, 'w')")
    path = index.packages / f"{NAME}-{VERSION}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(tmp_path / "setup.py", f"{NAME}-{VERSION}/setup.py")
    index.lock(path)
    with pytest.raises(EnvironmentProblem, match="could not be installed"):
        prepare(ENVIRONMENT, print)
    assert not canary.exists()


@pytest.mark.slow
@pytest.mark.protects("models-in/environments")
def test_a_changed_environment_is_named(index: Index) -> None:
    index.lock(index.add_wheel())
    prepare(ENVIRONMENT, lambda _: None)
    (information,) = ENVIRONMENT.folder.glob("lib/python*/site-packages/*.dist-info")
    other = information.with_name("other-3.0.dist-info")
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 3.0\n")
    with pytest.raises(EnvironmentProblem, match="other is not in the lock"):
        check(ENVIRONMENT)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 9.9\n")
    with pytest.raises(EnvironmentProblem, match=r"converter is 9.9 and not 1.2"):
        check(ENVIRONMENT)


def test_a_changed_lock_has_another_folder(index: Index) -> None:
    index.lock(index.add_wheel())
    before = ENVIRONMENT.folder
    index.lock(index.add_wheel(code="# changed"))
    assert ENVIRONMENT.folder != before
    assert ENVIRONMENT.folder.parent == before.parent


def test_a_lock_has_the_packages_of_this_python_and_system() -> None:
    lock = (
        "numpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:00\n"
        "numpy==2.5.5 ; python_full_version >= '3.12' \\\n    --hash=sha256:11\n"
        "pywin==1 ; sys_platform == 'win32' \\\n    --hash=sha256:22\n"
        "Some_Thing==3 \\\n    --hash=sha256:33\n"
        "zones==4 ; sys_platform == 'emscripten' or sys_platform == 'win32' \\\n    --hash=sha256:44\n"
        "either==5 ; sys_platform == 'win32' or python_full_version >= '3.11' \\\n    --hash=sha256:55\n"
    )
    versions = list(locked_packages(lock))
    assert [name for name, _ in versions] == ["numpy", "some-thing", "either"]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_each_environment_has_a_lock_in_which_every_package_has_a_hash(name: str) -> None:
    text = ENVIRONMENTS[name].lock.read_text("utf-8")
    packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(packages) > 10
    assert all("==" in line and line.endswith("\\") for line in packages)
    assert ENVIRONMENTS[name].module in {package.partition("-")[0] for package, _ in locked_packages(text)}


def test_the_command_lists_what_is_prepared(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RUNE_LAB_DIR", str(tmp_path))
    assert main(["list"]) == 0
    assert [line.partition(" (")[0] for line in capsys.readouterr().out.splitlines()] == [
        f"analysis: for {ENVIRONMENTS['analysis'].reads}; not prepared",
        "tensorflow: for Keras models",
        "onnx: for ONNX models",
        "torch: for programs of PyTorch",
    ]
    assert main(["nonsense"]) == 2
    assert main(["check", "nonsense"]) == 2
