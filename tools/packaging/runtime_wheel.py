"""Splits the wheel: `hammer-forge-runtime` has what running a rune and asking a server import, `hammer-forge-hmr` the
SDK of notebooks, `hammer-forge-hmrd` the daemon of devices, and `hammer-forge` the rest, which has the compiler.

Each file is in one of them, so that all can be installed, and a program that only runs runes installs the first.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

NAME = "hammer_forge_runtime"
ROOTS = (
    "rune.running.runtime.engine",
    "rune.running.runtime.host.models",
    "rune.running.runtime.measure",
    "rune.tools.api.data",
    "rune.tools.api.deployment",
    "rune.tools.api.loading",
)
"""The imports of a program that runs runes, and those by name. Their own imports and those of the SDK are included."""
NEEDS = ("numpy", "wasmtime")
"""Among the requirements of the whole, those of the runtime."""


@dataclass(frozen=True)
class WheelPart:
    """A wheel of one folder, which needs the runtime."""

    name: str
    folder: str
    summary: str
    needs: tuple[str, ...]
    """The requirements beside the runtime, which are some of the whole."""
    extras: tuple[tuple[str, str], ...] = ()
    """Each extra with the requirement of the whole that it is."""
    scripts: str = ""
    """The content of `entry_points.txt`; "" without commands."""

    @property
    def file_name(self) -> str:
        """The name as files have it."""
        return self.name.replace("-", "_")


SDK = WheelPart(
    "hammer-forge-hmr",
    "hmr/",
    "From a model in a notebook to a rune that a phone opens, on a server of Hammer Forge",
    ("cryptography", "httpx", "pillow", "pyyaml", "tuf"),
)
DAEMON = WheelPart(
    "hammer-forge-hmrd",
    "hmrd/",
    "Runs runes on Linux devices, and fetches what a server of Hammer Forge wants",
    ("cryptography", "tuf"),
    (("mqtt", "paho-mqtt"),),
    "[console_scripts]\nhmrd = hmrd.command.main:main\n",
)
PARTS = (SDK, DAEMON)
COMPILER = ("rune/compiler/", "rune/pyblock/", "rune/source/")
"""The folders of the compiler, which the runtime does not have."""
SUMMARY = "Runs runes of Hammer Forge, and loads them from deployments"
DATA = ("rune/py.typed", "rune/__init__.pyi", "rune/environments/analysis.txt")
"""The files of the runtime that are no modules: types, and the lock that names the folder of an environment."""
LARGEST = 1_000_000
"""Bytes of the wheel."""
_TIME = (1980, 1, 1, 0, 0, 0)


class BadWheel(Exception):
    """The wheel cannot be split."""


def split(wheel: Path, folder: Path) -> list[Path]:
    """Writes the wheels of the runtime, of each part and of the rest into a folder. Raises `BadWheel`."""
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    (metadata_path,) = (name for name in files if name.endswith(".dist-info/METADATA"))
    info = metadata_path.rpartition("/")[0]
    version = info.removeprefix("hammer_forge-").removesuffix(".dist-info")
    modules = runtime_files(files)
    metadata = files[metadata_path].decode()
    metadata_files = {
        name.rpartition(".dist-info/")[2]: data
        for name, data in files.items()
        if name.startswith(f"{info}/") and (name.endswith("/WHEEL") or "/licenses/" in name)
    }
    runtime_info = f"{NAME}-{version}.dist-info"
    runtime = {name: files[name] for name in modules}
    runtime |= {f"{runtime_info}/{name}": data for name, data in metadata_files.items()}
    runtime[f"{runtime_info}/METADATA"] = _runtime_metadata(metadata).encode()
    folders = tuple(part.folder for part in PARTS)
    rest = {name: data for name, data in files.items() if name not in modules and not name.startswith(folders)}
    # The server reads the messages of devices, which are the daemon's.
    daemon = f'Requires-Dist: {DAEMON.name}=={version}; extra == "server"\n'
    requirements = f"Requires-Dist: hammer-forge-runtime=={version}\n{daemon}Requires-Dist: "
    rest[metadata_path] = metadata.replace("Requires-Dist: ", requirements, 1).encode()
    small = folder / f"{NAME}-{version}-py3-none-any.whl"
    large = folder / wheel.name
    _write(small, runtime, runtime_info)
    _write(large, rest, info)
    if small.stat().st_size > LARGEST:
        raise BadWheel(f"{small.name} has {small.stat().st_size:,} bytes, more than {LARGEST:,}.")
    written_parts = [_write_part(part, folder, version, files, metadata, metadata_files) for part in PARTS]
    return [small, *written_parts, large]


def _write_part(
    part: WheelPart,
    folder: Path,
    version: str,
    files: Mapping[str, bytes],
    metadata: str,
    metadata_files: Mapping[str, bytes],
) -> Path:
    """Writes the wheel of one folder."""
    info = f"{part.file_name}-{version}.dist-info"
    content = {name: data for name, data in files.items() if name.startswith(part.folder)}
    content |= {f"{info}/{name}": data for name, data in metadata_files.items()}
    content[f"{info}/METADATA"] = _part_metadata(part, metadata, version).encode()
    if part.scripts:
        content[f"{info}/entry_points.txt"] = part.scripts.encode()
    path = folder / f"{part.file_name}-{version}-py3-none-any.whl"
    _write(path, content, info)
    return path


def runtime_files(files: Mapping[str, bytes]) -> frozenset[str]:
    """The files of the runtime: the modules that the roots and the other parts import, at any depth, with their
    packages and types. Raises `BadWheel` if they import the compiler."""
    folders = tuple(part.folder for part in PARTS)
    sources = [data for name, data in files.items() if name.startswith(folders) and name.endswith(".py")]
    roots = {*ROOTS, *(module for data in sources for module in imported_modules(data.decode()))}
    waiting = [module for root in roots for module in _with_packages(root)]
    paths: set[str] = set()
    while waiting:
        path = _path_of(waiting.pop(), files)
        if path is None or path in paths:
            continue
        paths.add(path)
        for module in imported_modules(files[path].decode()):
            waiting += _with_packages(module)
    if compiler := sorted(name for name in paths if name.startswith(COMPILER)):
        raise BadWheel(f"The runtime, the SDK or the daemon imports the compiler: {compiler[0]}.")
    return frozenset(paths | {name for name in files if name in DATA})


def imported_modules(source: str) -> set[str]:
    """The modules of `rune` that a source imports when it runs, and not for types alone. A name of `from` may be a
    module too."""
    modules: set[str] = set()
    for node in _running(ast.parse(source).body):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {module for module in modules if module.partition(".")[0] == "rune"}


def _running(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes but those below `if TYPE_CHECKING`."""
    for node in nodes:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from _running(node.orelse)
            continue
        yield node
        yield from _running(ast.iter_child_nodes(node))


def _with_packages(module: str) -> list[str]:
    """A module and the packages around it, which are imported with it."""
    words = module.split(".")
    return [".".join(words[:length]) for length in range(1, len(words) + 1)]


def _path_of(module: str, files: Mapping[str, bytes]) -> str | None:
    """The file of a module, or None if it is no module but a name in one."""
    base = module.replace(".", "/")
    return next((path for path in (f"{base}.py", f"{base}/__init__.py") if path in files), None)


def _part_metadata(part: WheelPart, metadata: str, version: str) -> str:
    """The metadata of a part: it needs the runtime of its version, and not the compiler."""
    lines = _renamed_metadata(metadata, part.name, part.summary)
    needs = (f"hammer-forge-runtime=={version}", *(_requirement(metadata, name) for name in part.needs))
    lines += [f"Requires-Dist: {each}" for each in needs]
    for extra, name in part.extras:
        lines += [f"Provides-Extra: {extra}", f'Requires-Dist: {_requirement(metadata, name)}; extra == "{extra}"']
    return "\n".join([*lines, ""])


def _renamed_metadata(metadata: str, name: str, summary: str) -> list[str]:
    """The lines of the metadata of the whole, without requirements, for a wheel of another name."""
    head = metadata.partition("\n\n")[0]
    dropped_fields = ("Requires-Dist:", "Provides-Extra:", "Description-Content-Type:")
    lines = [line for line in head.splitlines() if not line.startswith(dropped_fields)]
    lines = [re.sub(r"^Summary: .*", f"Summary: {summary}", line) for line in lines]
    return [re.sub(r"^Name: .*", f"Name: {name}", line) for line in lines]


def _runtime_metadata(metadata: str) -> str:
    """The metadata of the runtime, from that of the whole."""
    head = metadata.partition("\n\n")[0]
    lines = _renamed_metadata(metadata, "hammer-forge-runtime", SUMMARY)
    requirements = re.findall(r"^Requires-Dist: (.*)$", head, re.MULTILINE)
    for name in NEEDS:
        lines += [f"Requires-Dist: {each}" for each in requirements if re.match(rf"{name}\b", each)]
    for extra, name in (("signatures", "cryptography"), ("updates", "tuf"), ("files", "pillow")):
        lines += [f"Provides-Extra: {extra}", f'Requires-Dist: {_requirement(metadata, name)}; extra == "{extra}"']
    return "\n".join(lines) + "\n"


def _requirement(metadata: str, name: str) -> str:
    """The requirement of the whole for a library, without the extra that it belongs to there."""
    requirement = re.search(rf"^Requires-Dist: ({name}\b[^;\n]*)", metadata, re.MULTILINE)
    if requirement is None:
        raise BadWheel(f"The wheel does not require {name}.")
    return requirement[1].strip()


def _write(path: Path, files: Mapping[str, bytes], info: str) -> None:
    """Writes a wheel of these files: of the same files the same bytes."""
    record = f"{info}/RECORD"
    rows = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in sorted(files.items()) if name != record]
    whole = {**files, record: "\n".join([*rows, f"{record},,", ""]).encode()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(whole.items()):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
