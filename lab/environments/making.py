"""Makes an environment from its lock, and checks one: every package of the lock is there, in the locked version.

Only wheels are installed, so that nothing of a package runs while it is installed, and each is compared with its hash.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rune.environments.environment import READY, Environment

_REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: *;(?P<marker>[^\\]*))?", re.MULTILINE)
_LIST = "import importlib.metadata as m, json; print(json.dumps([[d.name, d.version] for d in m.distributions()]))"
CHECK_SECONDS = 300
FOLDERS_OF_WHEELS = ("UV_FIND_LINKS", "PIP_FIND_LINKS")
"""Variables that name folders of wheels, for machines that reach no index."""
_ANY_INDEX = ("--index-strategy", "unsafe-best-match")  # safe: every package has its hash
Report = Callable[[str], None]


class EnvironmentProblem(Exception):
    """An environment that could not be made, or is not what its lock says; the text says why and what to do."""


@dataclass(frozen=True)
class CheckedEnvironment:
    """An environment that is as its lock says: how many packages it has, and the version of its main one."""

    packages: int
    version: str


def prepare(environment: Environment, report: Report) -> CheckedEnvironment:
    """Makes an environment that is not ready; says its size before anything is fetched. Raises `EnvironmentProblem`."""
    environment.folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock(environment.folder.with_suffix(".lock")):
        if environment.is_ready:
            return check(environment)
        report(f"Preparing the {environment.name} environment in {environment.folder}: {environment.size_text}")
        started = time.monotonic()
        shutil.rmtree(environment.folder, ignore_errors=True)
        venv.create(environment.folder, with_pip=False, symlinks=True)
        _install(environment)
        result = check(environment)
        (environment.folder / READY).write_text(json.dumps({"packages": result.packages, "version": result.version}))
        report(f"The {environment.name} environment is ready ({time.monotonic() - started:.0f} s)")
    return result


def check(environment: Environment) -> CheckedEnvironment:
    """Compares what an environment has with its lock, and imports its main module. Raises `EnvironmentProblem`."""
    installed_versions = dict(_versions_in(environment))
    problems = []
    expected = dict(locked_packages(environment.lock.read_text("utf-8")))
    for name, version in expected.items():
        if installed_versions.get(name) != version:
            problems.append(f"{name} is {installed_versions.get(name, 'missing')} and not {version}")
    problems += [f"{name} is not in the lock" for name in sorted(set(installed_versions) - set(expected))]
    if problems:
        raise EnvironmentProblem(_remake(environment, f"{'; '.join(problems[:5])}."))
    code = f"import {environment.module} as m; print(m.__version__)"
    process = _python(environment, code)
    if process.returncode:
        last = process.stderr.strip().splitlines()[-1:] or ["no message"]
        raise EnvironmentProblem(_remake(environment, f"{environment.module} cannot be imported: {last[0]}"))
    return CheckedEnvironment(len(expected), process.stdout.strip())


def remove(environment: Environment) -> None:
    """Removes an environment from this machine; its file `ready.json` first, because the removal can be interrupted."""
    (environment.folder / READY).unlink(missing_ok=True)
    shutil.rmtree(environment.folder, ignore_errors=True)


def locked_packages(text: str) -> Iterator[tuple[str, str]]:
    """The packages that a lock has for this Python and this system, with their versions."""
    for match in _REQUIREMENT.finditer(text):
        if _applies(match["marker"]):
            yield _normal(match["name"]), match["version"]


def _applies(marker: str | None) -> bool:
    """Returns whether a requirement is for this Python. Locks compare versions of Python and systems, and nothing
    else."""
    if not marker or not marker.strip():
        return True
    return any(all(map(_holds, each.split(" and "))) for each in marker.strip().split(" or "))


def _holds(condition: str) -> bool:
    """Returns whether a comparison such as `python_full_version < '3.12'` is true here. Raises `EnvironmentProblem`."""
    name, operator, value = condition.strip().split(" ", 2)
    value = value.strip("'\"")
    if name in ("python_full_version", "python_version"):
        own = ".".join(map(str, sys.version_info[:2]))
        one, two = (tuple(map(int, text.split(".")[:2])) for text in (own, value))
        return {"<": one < two, ">=": one >= two, "==": one == two}[operator]
    if name in ("sys_platform", "platform_machine", "platform_system"):
        return (_SYSTEM[name] == value) == (operator == "==")
    raise EnvironmentProblem(f"The lock has a condition that is not known: {condition}")


_SYSTEM = {
    "sys_platform": sys.platform,
    "platform_machine": os.uname().machine,
    "platform_system": os.uname().sysname,
}


def _install(environment: Environment) -> None:
    """Installs the packages of a lock: of folders of wheels that the machine names, and else of the lock's index."""
    last = ""
    for sources in _sources(environment):
        command = [*_installer(environment), *sources, "--require-hashes", "-r", str(environment.lock)]
        process = subprocess.run(command, capture_output=True, text=True, check=False)
        if not process.returncode:
            return
        last = process.stderr
    reason = "\n".join(last.strip().splitlines()[-8:])
    raise EnvironmentProblem(f"The packages of {environment.name} could not be installed:\n{reason}")


def _sources(environment: Environment) -> Iterator[Sequence[str]]:
    """Options of the installer that say where packages are. The hashes of the lock hold wherever they come from."""
    names = (os.environ.get(name, "") for name in FOLDERS_OF_WHEELS)
    folders = [option for each in " ".join(names).split() for option in ("--find-links", each)]
    if folders or environment.index is None:
        yield folders
    if environment.index is not None:
        yield [*folders, "--extra-index-url", environment.index, *(_ANY_INDEX if _uv() else ())]


def _installer(environment: Environment) -> Sequence[str]:
    """uv where it is installed, which is several times as fast, else pip."""
    uv = _uv()
    if uv is not None:
        return [
            uv,
            "pip",
            "install",
            "--quiet",
            "--compile-bytecode",
            "--only-binary",
            ":all:",
            "--python",
            str(environment.python),
        ]
    if importlib.util.find_spec("pip") is None:
        raise EnvironmentProblem("Neither uv nor pip is installed beside this Python. Install one of them.")
    return [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(environment.python),
        "install",
        "--quiet",
        "--only-binary",
        ":all:",
        "--disable-pip-version-check",
        "--ignore-requires-python",  # as uv ignores upper bounds: the lock is of this Python
    ]


def _uv() -> str | None:
    beside = Path(sys.executable).parent / "uv"
    return str(beside) if beside.is_file() else shutil.which("uv")


def _versions_in(environment: Environment) -> Iterator[tuple[str, str]]:
    process = _python(environment, _LIST)
    if process.returncode:
        raise EnvironmentProblem(_remake(environment, "its Python does not start."))
    for name, version in json.loads(process.stdout):
        yield _normal(name), version


def _python(environment: Environment, code: str) -> subprocess.CompletedProcess[str]:
    command = [str(environment.python), "-I", "-c", code]
    quiet = {"PATH": os.defpath, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=CHECK_SECONDS, env=quiet)
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _remake(environment: Environment, problem: str) -> str:
    start = f"The {environment.name} environment is not what its lock says: {problem}"
    return f"{start} Remove {environment.folder} and prepare it again."


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Keeps other processes from making the same environment inside the block."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
