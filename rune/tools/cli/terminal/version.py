"""`rune version`: which toolchain this is, of which commit, and for what it compiles."""

from __future__ import annotations

import platform
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from pathlib import Path

import click

import rune
from rune.toolchain import toolchain_digest
from rune.tools.cli.terminal.printing import format_option, print_json

EXECUTABLE = "rune"
_GIT_SECONDS = 5.0
_SYSTEMS = {"Linux": "unknown-linux-gnu", "Darwin": "apple-darwin", "Windows": "pc-windows-msvc"}
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True)
class Commit:
    """The commit of the sources that run; `time` as ISO 8601."""

    hash: str
    time: str


@click.command()
@click.option("-v", "--verbose", is_flag=True, help="All details.")
@format_option()
def command(verbose: bool, form: str) -> None:
    """Show the version of this command, and of what it compiles with.

    The commit is shown when it runs from a checkout of its sources. Rust is no longer used: the keys of rustc are kept
    for old scripts, and are null.
    """
    commit = _commit(Path(rune.__file__).resolve().parent.parent)
    if form == "json":
        print_json(_as_json(commit))
    elif verbose:
        click.echo("\n".join(_as_text(commit)))
    else:
        click.echo(_in_short(commit))


def _in_short(commit: Commit | None) -> str:
    of = "" if commit is None else f" ({commit.hash[:7]} {commit.time[:10]})"
    return f"{EXECUTABLE} {rune.__version__}{of}"


def _as_json(commit: Commit | None) -> dict[str, str | None]:
    return {
        "executable": EXECUTABLE,
        "rune-version": rune.__version__,
        "commit-short-hash": None if commit is None else commit.hash[:7],
        "commit-hash": None if commit is None else commit.hash,
        "commit-timestamp": None if commit is None else commit.time,
        "host": host(),
        "python-version": platform.python_version(),
        "compiler": _compiler(),
        "runtime": _runtime(),
        "toolchain-digest": toolchain_digest(),
        "rustc-version": None,
        "rustc-commit-hash": None,
        "rustc-commit-date": None,
    }


def _as_text(commit: Commit | None) -> list[str]:
    return [
        _in_short(commit),
        f"binary: {EXECUTABLE}",
        f"rune-version: {rune.__version__}",
        f"commit-hash: {'unknown' if commit is None else commit.hash}",
        f"commit-date: {'unknown' if commit is None else commit.time[:10]}",
        f"host: {host()}",
        f"python-version: {platform.python_version()}",
        f"compiler: {_compiler() or 'not installed'}",
        f"runtime: {_runtime() or 'not installed'}",
        f"toolchain-digest: {toolchain_digest()}",
        "rustc-version: none (no longer needed)",
    ]


def host() -> str:
    """The machine as a target triple, such as `x86_64-unknown-linux-gnu`."""
    machine = platform.machine().lower() or "unknown"
    system = _SYSTEMS.get(platform.system(), f"unknown-{platform.system().lower() or 'unknown'}")
    return f"{_MACHINES.get(machine, machine)}-{system}"


def _compiler() -> str | None:
    return _package("ziglang", "zig")


def _runtime() -> str | None:
    return _package("wasmtime", "wasmtime")


def _package(package: str, title: str) -> str | None:
    try:
        return f"{title} {package_version(package)}"
    except PackageNotFoundError:
        return None


def _commit(root: Path) -> Commit | None:
    """Returns the commit of the checkout in `root`; None when it is none, or git is not there to be asked."""
    if not (root / ".git").exists():
        return None
    try:
        answer = subprocess.run(
            ["git", f"--git-dir={root / '.git'}", "log", "-1", "--format=%H %cI"],
            capture_output=True,
            check=True,
            text=True,
            timeout=_GIT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    words = answer.stdout.split()
    return Commit(words[0], words[1]) if len(words) == 2 else None
