"""Splits the wheel: `hammer-forge-runtime` has what running a rune and asking a server import, `hammer-forge-hmr` the
SDK of notebooks, and `hammer-forge` the rest, which has the compiler.

Each file is in one of them, so that all can be installed, and a program that only runs runes installs the first.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
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
SDK_NAME, SDK_FOLDER = "hammer_forge_hmr", "hmr/"
SDK_SUMMARY = "From a model in a notebook to a rune that a phone opens, on a server of Hammer Forge"
SDK_NEEDS = ("cryptography", "httpx", "pillow", "pyyaml", "tuf")
"""The requirements of the SDK beside the runtime, which are some of the whole."""
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


def split(wheel: Path, folder: Path) -> tuple[Path, Path, Path]:
    """Writes the wheels of the runtime, of the SDK and of the rest into a folder. Raises `BadWheel`."""
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
    runtime_info, sdk_info = f"{NAME}-{version}.dist-info", f"{SDK_NAME}-{version}.dist-info"
    runtime = {name: files[name] for name in modules}
    runtime |= {f"{runtime_info}/{name}": data for name, data in metadata_files.items()}
    runtime[f"{runtime_info}/METADATA"] = _runtime_metadata(metadata).encode()
    sdk = {name: data for name, data in files.items() if name.startswith(SDK_FOLDER)}
    rest = {name: data for name, data in files.items() if name not in modules and name not in sdk}
    sdk |= {f"{sdk_info}/{name}": data for name, data in metadata_files.items()}
    sdk[f"{sdk_info}/METADATA"] = _sdk_metadata(metadata, version).encode()
    requirement = f"Requires-Dist: hammer-forge-runtime=={version}\nRequires-Dist: "
    rest[metadata_path] = metadata.replace("Requires-Dist: ", requirement, 1).encode()
    small = folder / f"{NAME}-{version}-py3-none-any.whl"
    large = folder / wheel.name
    notebooks = folder / f"{SDK_NAME}-{version}-py3-none-any.whl"
    _write(small, runtime, runtime_info)
    _write(notebooks, sdk, sdk_info)
    _write(large, rest, info)
    if small.stat().st_size > LARGEST:
        raise BadWheel(f"{small.name} has {small.stat().st_size:,} bytes, more than {LARGEST:,}.")
    return small, notebooks, large


def runtime_files(files: Mapping[str, bytes]) -> frozenset[str]:
    """The files of the runtime: the modules that the roots and the SDK import, at any depth, with their packages and
    types. Raises `BadWheel` if they import the compiler."""
    sdk = [imported_modules(data.decode()) for name, data in files.items() if re.match(rf"{SDK_FOLDER}.*\.py$", name)]
    roots = {*ROOTS, *(module for modules in sdk for module in modules)}
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
        raise BadWheel(f"The runtime or the SDK imports the compiler: {compiler[0]}.")
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


def _sdk_metadata(metadata: str, version: str) -> str:
    """The metadata of the SDK: it needs the runtime of its version, and not the compiler."""
    lines = _renamed_metadata(metadata, "hammer-forge-hmr", SDK_SUMMARY)
    needs = (f"hammer-forge-runtime=={version}", *(_requirement(metadata, name) for name in SDK_NEEDS))
    return "\n".join([*lines, *(f"Requires-Dist: {each}" for each in needs), ""])


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
