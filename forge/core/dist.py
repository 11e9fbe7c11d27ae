"""The packages that set-up built and that `/dist/` serves: the newest file of each."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings


def npm_package() -> Path | None:
    """The tarball of @hammer-forge/rune that the front end's build wrote, or None if there is none yet."""
    return next(iter(sorted(Path(settings.STATIC_ROOT).glob("build/sdk/hammer-forge-rune-*.tgz"))), None)


def runtime_wheel() -> Path | None:
    """The wheel of hammer-forge-runtime, or None if set-up has not built it yet."""
    return next(iter(sorted(Path(settings.WHEEL_DIR).glob("hammer_forge_runtime-*.whl"))), None)


def notebook_wheel() -> Path | None:
    """The wheel of hammer-forge-hmr, or None if set-up has not built it yet."""
    return next(iter(sorted(Path(settings.WHEEL_DIR).glob("hammer_forge_hmr-*.whl"))), None)


def device_wheel() -> Path | None:
    """The wheel of hammer-forge-hmrd, or None if set-up has not built it yet."""
    return next(iter(sorted(Path(settings.WHEEL_DIR).glob("hammer_forge_hmrd-*.whl"))), None)


def dist_address(file: Path) -> str:
    """Returns the address of a file."""
    return f"{settings.PUBLIC_URL}/dist/{file.name}"


def pip_requirement(name: str, file: Path) -> str:
    """Returns the requirement for pip: a package's name with its file's address and digest, which pip compares."""
    return f"{name} @ {dist_address(file)}#sha256={digest_of_file(file)}"


def install_devices_command() -> str:
    """Returns the command that installs the daemon of devices from this server; "" before set-up has built it."""
    runtime, daemon = runtime_wheel(), device_wheel()
    if runtime is None or daemon is None:
        return ""
    requirements = (pip_requirement("hammer-forge-runtime", runtime), pip_requirement("hammer-forge-hmrd", daemon))
    return " ".join(["pip install", *(f"'{each}'" for each in requirements)])


def digest_of_file(file: Path) -> str:
    """The SHA-256 of a file, which is read again only after it changed."""
    return file_digest(file, file.stat().st_mtime_ns)


@cache
def file_digest(file: Path, changed: int) -> str:
    """The SHA-256 of a file that was last changed then."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
