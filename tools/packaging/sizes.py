"""Measures what set-up says about sizes: megabytes to download and on disk for each lock. Run by `make lock`, it writes
`requirements/sizes.json`; what belongs to an unchanged lock is not measured again.

    python -m tools.packaging.sizes
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.packaging.lock import ANALYSIS
from tools.setup import FRONTEND, PYTHON, ROOT, SIZES, UV, digest, node_environment

MEGABYTE = 1_000_000
PYTHON_LOCKS = (
    *(f"requirements/{name}.txt" for name in ("bootstrap", "server", "production", "dev", "train")),
    ANALYSIS,
)
NPM_LOCK = "frontend/package-lock.json"


@dataclass(frozen=True)
class MeasuredSize:
    """Megabytes to download and on disk, for a lock with this digest."""

    lock: str
    download: int
    disk: int


def main() -> int:
    before = json.loads(SIZES.read_text("utf-8")) if SIZES.exists() else {}
    sizes: dict[str, Mapping[str, str | int]] = {}
    for name, (lock, measure) in MEASURED.items():
        state = digest_of(lock)
        if before.get(name, {}).get("lock") == state:
            sizes[name] = before[name]
            continue
        with TemporaryDirectory() as folder:
            download, disk = measure(ROOT / lock, Path(folder))
        sizes[name] = asdict(MeasuredSize(state, round(download / MEGABYTE), round(disk / MEGABYTE)))
        print(name, sizes[name], flush=True)
    SIZES.write_text(json.dumps(sizes, indent=2) + "\n", "utf-8")
    return 0


def digest_of(lock: str) -> str:
    """The digest of a lock."""
    return digest([ROOT / lock])


def python_size(lock: Path, folder: Path) -> tuple[int, int]:
    """The bytes of the wheels of a lock for this machine, and of what they unpack to: with bytecode for an environment,
    whose processes write none."""
    wheels, target = folder / "wheels", folder / "target"
    pip = [str(PYTHON), "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--no-cache-dir"]
    pip.append("--ignore-requires-python")  # as uv ignores upper bounds
    subprocess.run([*pip, "-r", str(lock), "-d", str(wheels)], check=True)
    uv = [str(UV), "pip", "install", "--quiet", "--no-deps", "--no-index", "--find-links", str(wheels), "--no-cache"]
    options = ["--compile-bytecode"] if lock == ROOT / ANALYSIS else []
    subprocess.run([*uv, *options, "--python", str(PYTHON), "--target", str(target), "-r", str(lock)], check=True)
    return bytes_in(wheels), bytes_in(target)


def npm_size(*options: str) -> Callable[[Path, Path], tuple[int, int]]:
    """Returns what measures npm's packages: the bytes of what it fetches, and of what that unpacks to."""

    def measured(_lock: Path, folder: Path) -> tuple[int, int]:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(FRONTEND / name, folder)
        cache = folder / "cache"
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", *options]
        subprocess.run(command, cwd=folder, env=node_environment() | {"npm_config_cache": str(cache)}, check=True)
        return bytes_in(cache / "_cacache" / "content-v2"), bytes_in(folder / "node_modules")

    return measured


def bytes_in(folder: Path) -> int:
    """The bytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


MEASURED: Mapping[str, tuple[str, Callable[[Path, Path], tuple[int, int]]]] = {
    **{Path(lock).stem: (lock, python_size) for lock in PYTHON_LOCKS},
    "frontend": (NPM_LOCK, npm_size("--omit=dev")),
    "frontend-whole": (NPM_LOCK, npm_size()),
}
"""The lock of each size, and how it is measured."""

if __name__ == "__main__":
    sys.exit(main())
