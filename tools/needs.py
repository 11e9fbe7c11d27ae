"""Gets what the tests need of the system: Debian's packages. It says what it does, and asks for sudo once.

As root it installs what is missing; else by sudo, where a person can be asked or sudo asks nobody; else it says what is
missing and with which command it comes, and the tests run without it. Run with the system's Python and nothing else:

    python3 -m tools.needs [test|prove|pages]
"""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tools import browser
from tools.setup import ROOT


@dataclass(frozen=True)
class Need:
    """A program of the system, its packages, and what cannot be done without it."""

    name: str
    packages: tuple[str, ...]
    serves: str
    is_here: Callable[[], object]


EMULATOR_PROGRAMS = ("qemu-system-arm", "qemu-system-riscv32", "arm-none-eabi-gcc", "riscv64-unknown-elf-gcc")

VENV = Need(
    "Python's venv",
    ("python3-venv",),
    "anything",
    lambda: (ROOT / ".venv" / "bin" / "python").exists() or importlib.util.find_spec("ensurepip"),
)
CHROMIUM = Need("Chromium", ("chromium",), "the tests in a browser", browser.chromium)
SKOPEO = Need("skopeo", ("skopeo",), "the registry's tests with a stock client", lambda: shutil.which("skopeo"))
PODMAN = Need("podman", ("podman",), "the registry's tests with podman", lambda: shutil.which("podman"))
DOCKER_REGISTRY = Need(
    "docker-registry",
    ("docker-registry",),
    "the tests of mirrors",
    lambda: shutil.which("docker-registry"),
)
SPEECH = Need(
    "eSpeak NG",
    ("libespeak-ng1",),
    "the measurement of learning from sounds",
    lambda: ctypes.util.find_library("espeak-ng"),
)
SOFTHSM = Need("SoftHSM", ("softhsm2",), "the proofs of keys on a token", lambda: shutil.which("softhsm2-util"))
POSTGRESQL = Need("PostgreSQL", ("postgresql",), "the tests of several processes", browser.postgresql)
REDIS = Need("Redis", ("redis-server",), "the tests of several processes", lambda: shutil.which("redis-server"))
GCC = Need("gcc", ("gcc", "libc6-dev"), "the tests of sources in C", lambda: shutil.which("gcc"))
EMULATORS = Need(
    "emulators of small cores",
    ("qemu-system-arm", "qemu-system-misc", "gcc-arm-none-eabi", "gcc-riscv64-unknown-elf"),
    "the tests on emulated cores",
    lambda: all(map(shutil.which, EMULATOR_PROGRAMS)),
)
HEADERS = Need(
    "Python's headers",
    ("python3-dev",),
    "the tests of runes in wasm3",
    browser.python_headers,
)
CMAKE = Need("CMake", ("cmake",), "the tests of packages for CMake", lambda: shutil.which("cmake"))
QEMU_USER = Need("QEMU for programs", ("qemu-user",), "the tests on 64-bit Arm", lambda: shutil.which("qemu-aarch64"))
SWUPDATE = Need("SWUpdate", ("swupdate",), "the tests of stock clients of devices", lambda: shutil.which("swupdate"))
MOSQUITTO = Need("mosquitto", ("mosquitto",), "the tests of the doorbell of devices", lambda: shutil.which("mosquitto"))
FIREFOX = Need("Firefox", (browser.FIREFOX,), "the proofs in Firefox", browser.firefox)
WEBKIT = Need("WebKit", tuple(browser.WEBKIT), "the proofs in WebKit", browser.mini_browser)
NGINX = Need(
    "nginx",
    ("nginx-light",),
    "the proof behind nginx",
    browser.nginx,
)
CADDY = Need("Caddy", ("caddy",), "the proof behind Caddy", lambda: shutil.which("caddy"))
DEBIAN_MACHINE = Need(
    "mmdebstrap or systemd-nspawn",
    ("mmdebstrap", "systemd-container"),
    "the proof of the Debian package",
    lambda: all(map(shutil.which, ("mmdebstrap", "systemd-nspawn"))),
)
SOUND = Need("a sound card made up", tuple(browser.SOUND), "the proofs that hear", browser.sound_programs)

TEST = (
    *(VENV, CHROMIUM, SKOPEO, PODMAN, DOCKER_REGISTRY, POSTGRESQL, REDIS, GCC, EMULATORS, HEADERS, CMAKE, QEMU_USER),
    *(SWUPDATE, MOSQUITTO),
)
PURPOSES = {
    "test": TEST,
    "prove": (*TEST, SOFTHSM, FIREFOX, WEBKIT, SOUND, NGINX, CADDY, DEBIAN_MACHINE),
    "pages": (VENV, CHROMIUM, SPEECH),
}
"""The packages by purpose; `pages` is for pictures and measurements."""
RUNS_WITHOUT = ("test", "prove")
"""Purposes for which as much is done as can be, and the rest is named at the end."""


@dataclass(frozen=True)
class Machine:
    """The machine's way of installing packages. `sudo` is missing, asks for a password, or does not."""

    is_root: bool
    has_apt: bool
    sudo: Literal["missing", "asks", "free"]
    has_terminal: bool


@dataclass(frozen=True)
class InstallStep:
    """The message, and the command that is then run; None where a person has to do it."""

    sentence: str
    command: tuple[str, ...] | None


def plan(missing: Sequence[Need], machine: Machine) -> InstallStep:
    """Returns how to install what is missing."""
    if not missing:
        return InstallStep("", None)
    names = list_text(need.name for need in missing)
    lacks = f"This machine has no {names}."
    if not machine.has_apt:
        return InstallStep(
            f"{lacks} It has no apt-get either: install them in its own way ({packages_of(missing)}).", None
        )
    if machine.is_root:
        return InstallStep(f"{lacks} Installing: {packages_of(missing)}", ("sh", "-c", script(missing)))
    if machine.sudo == "free" or (machine.sudo == "asks" and machine.has_terminal):
        asks = "" if machine.sudo == "free" else " (sudo asks for your password)"
        return InstallStep(f"{lacks} Installing{asks}: {packages_of(missing)}", ("sudo", "sh", "-c", script(missing)))
    return InstallStep(f"{lacks} Get them with:\n\n    {by_hand(missing)}\n", None)


def packages_of(missing: Iterable[Need]) -> str:
    return " ".join(package for need in missing for package in need.packages)


def script(missing: Sequence[Need]) -> str:
    """Returns the commands for root: one shell, so that sudo asks once."""
    install = "apt-get install --yes --no-install-recommends"
    return f"apt-get update --quiet && DEBIAN_FRONTEND=noninteractive {install} {packages_of(missing)}"


def by_hand(missing: Iterable[Need]) -> str:
    """The command that a person types."""
    return f"sudo apt-get install --yes --no-install-recommends {packages_of(missing)}"


def list_text(names: Iterable[str]) -> str:
    """`A, B and C`."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def lack(need: Need) -> str:
    """Returns why a test is skipped that needs it; `lacking` reads it again."""
    return f"{need.name} is missing: {by_hand([need])}"


def lacking(reasons: Iterable[str]) -> dict[Need, int]:
    """Counts how many tests were skipped for lack of each, by the reasons of their skips."""
    needs_by_start = {f"{need.name} is missing:": need for need in PURPOSES["prove"]}
    counts: dict[Need, int] = {}
    for reason in reasons:
        need = next((need for start, need in needs_by_start.items() if reason.startswith(start)), None)
        if need is not None:
            counts[need] = counts.get(need, 0) + 1
    return counts


def missing_for(purpose: str) -> list[Need]:
    """Returns the missing packages of this machine."""
    return [need for need in PURPOSES[purpose] if not need.is_here()]


def this_machine() -> Machine:
    sudo: Literal["missing", "asks", "free"] = "missing"
    if shutil.which("sudo"):
        process = subprocess.run(["sudo", "--non-interactive", "true"], capture_output=True, check=False)
        sudo = "asks" if process.returncode else "free"
    return Machine(os.geteuid() == 0, shutil.which("apt-get") is not None, sudo, sys.stdin.isatty())


def main(arguments: list[str]) -> int:
    purpose = arguments[0] if arguments else "test"
    if purpose not in PURPOSES:
        print(f"Unknown purpose {purpose!r}; one of {', '.join(PURPOSES)}", file=sys.stderr)
        return 2
    steps = plan(missing_for(purpose), this_machine())
    if steps.sentence:
        print(steps.sentence, file=sys.stderr, flush=True)
    if steps.command:
        print(f"==> {shlex.join(steps.command)}", file=sys.stderr, flush=True)
        subprocess.run(steps.command, check=False)
    missing = missing_for(purpose)
    if missing and steps.command:
        print(
            f"{list_text(need.name for need in missing)} could not be installed: what apt-get said is above.",
            file=sys.stderr,
        )
    if missing and purpose in RUNS_WITHOUT:
        print("What can run without runs now; the rest is named at the end.", file=sys.stderr, flush=True)
        return 0
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
