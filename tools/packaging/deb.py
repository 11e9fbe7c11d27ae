"""Builds the Debian package of the daemon of devices: `python -m tools.packaging.deb FOLDER`.

It has the libraries of this environment beside it below `/opt/hmrd`, so that it is installed without a network, for the
Python and the processor of this machine. Of the same files it is the same bytes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.packaging.runtime_wheel import DAEMON, NAME
from tools.setup import WHEELS

FILES = Path(__file__).parent / "debian"
EPOCH = "315532800"
PLACES = {
    "hmrd": ("usr/bin/hmrd", 0o755),
    "hmrd.service": ("usr/lib/systemd/system/hmrd.service", 0o644),
    "hmrd.toml": ("etc/hmrd/hmrd.toml", 0o644),
    "postinst": ("DEBIAN/postinst", 0o755),
    "prerm": ("DEBIAN/prerm", 0o755),
    "postrm": ("DEBIAN/postrm", 0o755),
}
LIBRARIES = "opt/hmrd/lib"


def build(wheels: Path, folder: Path) -> Path:
    """Builds the package from the wheels in a folder; the package."""
    (runtime,), (daemon,) = (list(wheels.glob(f"{name}-*.whl")) for name in (NAME, DAEMON.file_name))
    version = daemon.name.split("-")[1]
    architecture = _output(["dpkg", "--print-architecture"])
    with TemporaryDirectory() as name:
        root = Path(name) / "hmrd"
        libraries = root / LIBRARIES
        for wheel in (runtime, daemon):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(libraries)
        for each in sorted(needed_distributions(("numpy", "wasmtime", *DAEMON.needs))):
            _copy_distribution(each, libraries)
        for source, (place, mode) in PLACES.items():
            target = root / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(FILES / source, target)
            target.chmod(mode)
        (root / "DEBIAN" / "conffiles").write_text("/etc/hmrd/hmrd.toml\n")
        (root / "DEBIAN" / "control").write_text(_control(version, architecture, _size(root)))
        _set_modes(root)
        package = folder / f"hmrd_{version}_{architecture}.deb"
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z2", "--build", str(root), str(package)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH})
    return package


def needed_distributions(names: Iterable[str]) -> set[str]:
    """Returns the distributions of this environment that these need, at any depth, with themselves."""
    distributions: set[str] = set()
    waiting = list(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in distributions:
            continue
        distributions.add(name)
        requirements = [Requirement(each) for each in distribution(name).requires or []]
        waiting += [each.name for each in requirements if each.marker is None or each.marker.evaluate({"extra": ""})]
    return distributions


def _copy_distribution(name: str, target: Path) -> None:
    """Copies what runs, and the licence: neither tests nor headers nor commands."""
    of_distribution = distribution(name)
    for file in of_distribution.files or ():
        if file.parts[0] == ".." or "__pycache__" in file.parts or "tests" in file.parts or file.suffix in (".h", ".a"):
            continue
        place = target / file
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(str(of_distribution.locate_file(file))), place)


def _control(version: str, architecture: str, kilobytes: int) -> str:
    major, minor = sys.version_info[:2]
    return f"""\
Package: hmrd
Version: {version}
Architecture: {architecture}
Maintainer: Hammer Forge <hammer-forge@localhost>
Installed-Size: {kilobytes}
Depends: python3 (>= {major}.{minor}), python3 (<< {major}.{minor + 1}), passwd, libc6
Suggests: alsa-utils, v4l-utils
Section: misc
Priority: optional
Description: {DAEMON.summary}
 The daemon runs runes on what microphones, cameras and other programs feed it,
 fetches what a server of Hammer Forge wants, and goes back by itself.
"""


def _size(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) // 1024


def _set_modes(root: Path) -> None:
    """Every machine's umask gives the same package."""
    commands = {place for place, mode in PLACES.values() if mode & 0o111}
    for path in (root, *root.rglob("*")):
        is_command = path.is_dir() or str(path.relative_to(root)) in commands
        path.chmod(0o755 if is_command else 0o644)
        os.utime(path, (int(EPOCH), int(EPOCH)))


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main() -> int:
    """Builds it into the folder of the wheels, or another one."""
    print(build(WHEELS, Path(sys.argv[1]) if len(sys.argv) > 1 else WHEELS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
