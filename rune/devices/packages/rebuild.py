"""A package, or the firmware of one, against what its project builds: it is built again and the bytes are compared.

What the package says of itself, in its report, only chooses the options to build with. Equal bytes decide.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final

import rune as this_version
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import UnknownTarget, find_target
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.devices.firmware.uf2 import BadUf2, read_uf2
from rune.devices.packages.packaging import Package, package
from rune.project.files import DEFAULT_FILE_LIMIT, ProjectFiles
from rune.unreadable import ZIP_DAMAGE, reason_of
from rune.wording import counted, plain, quoted, size_text

REPORT: Final = "report.json"
BOARD_TARGET: Final = "pico"
"""The target whose package has firmware."""
MOST_DIFFERENCES: Final = 20
_MOST_FILES: Final = 1_000
_LONGEST_LINE: Final = 80


class UnreadablePackage(Exception):
    """These bytes are no package; the message says why."""


class PackageState(Enum):
    """The result of building the project again for a package or firmware."""

    IDENTICAL = "identical"
    DIFFERENT = "different"
    OTHER_TOOLCHAIN = "other-toolchain"
    """The package names another version, whose bytes are others: nothing was proven."""


@dataclass(frozen=True)
class PackageComparison:
    """The result. `subject` is what it is about, `builder` the version that a package names."""

    subject: str
    state: PackageState
    builder: str | None
    differences: tuple[str, ...] = ()

    def sentence(self) -> str:
        """The result as a sentence."""
        match self.state:
            case PackageState.IDENTICAL:
                return f"these files build exactly this {self.subject}"
            case PackageState.OTHER_TOOLCHAIN:
                return f"not rebuilt: made by {plain(self.builder or 'an unknown version', _LONGEST_LINE)}"
        more = f" (and {counted(len(self.differences) - 1, 'other difference')})" if self.differences[1:] else ""
        return f"the {self.subject} is not what these files build: {self.differences[0]}{more}"

    def to_json(self) -> Mapping[str, object]:
        return {
            "subject": self.subject,
            "state": self.state.value,
            "builder": self.builder,
            "differences": list(self.differences),
            "sentence": self.sentence(),
        }


def compare_package(files: ProjectFiles, data: bytes, options: BuildOptions) -> PackageComparison:
    """Compares an archive with the package that the project builds. `options` have all that the package does not name.

    Raises `UnreadablePackage` and what `package` raises.
    """
    contents = read_package(data)
    report = _report(contents)
    builder = report.get("toolchain")
    builder = builder if isinstance(builder, str) and builder else None
    nearest: Package | None = None
    for candidate in _candidates(files, options, report):
        if candidate.zipped() == data:
            return PackageComparison("package", PackageState.IDENTICAL, builder)
        if nearest is None or _common(candidate, contents) > _common(nearest, contents):
            nearest = candidate
    if nearest is None:
        raise UnreadablePackage("its report names a target that this version does not have")
    if builder is not None and builder != this_version.__version__:
        return PackageComparison("package", PackageState.OTHER_TOOLCHAIN, builder)
    differences = file_differences(_unpacked(nearest), contents)
    differences = differences or ("its files are the same, but the archive has them in another order or encoding",)
    return PackageComparison("package", PackageState.DIFFERENT, builder, differences[:MOST_DIFFERENCES])


def compare_firmware(files: ProjectFiles, data: bytes, options: BuildOptions) -> PackageComparison:
    """Compares a UF2 file with the firmware that the project builds. It names no version. Raises `UnreadablePackage`
    and what `package` raises."""
    try:
        actual = dict(read_uf2(data))
    except BadUf2 as error:
        raise UnreadablePackage(str(error)) from error
    builds: list[Mapping[int, bytes]] = []
    for candidate in _candidates(files, options, {"target": BOARD_TARGET}):
        expected = next(content for path, content in candidate.files.items() if path.endswith(".uf2"))
        if expected == data:
            return PackageComparison("firmware", PackageState.IDENTICAL, None)
        builds.append(dict(read_uf2(expected)))
    nearest = min(builds, key=lambda blocks: len(blocks.items() ^ actual.items()))
    differences = block_differences(nearest, actual)
    return PackageComparison("firmware", PackageState.DIFFERENT, None, differences[:MOST_DIFFERENCES])


def read_package(data: bytes) -> Mapping[str, bytes]:
    """The files of an archive by path. Raises `UnreadablePackage`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir()]
            if len(entries) > _MOST_FILES or sum(each.file_size for each in entries) > DEFAULT_FILE_LIMIT:
                raise UnreadablePackage(f"it has more than {_MOST_FILES} files or {size_text(DEFAULT_FILE_LIMIT)}")
            if len({each.filename for each in entries}) != len(entries):
                raise UnreadablePackage("it has two files of one name")
            return {each.filename: archive.read(each) for each in entries}
    except ZIP_DAMAGE as error:
        raise UnreadablePackage(f"its archive cannot be read: {reason_of(error)}") from error


def file_differences(expected: Mapping[str, bytes], actual: Mapping[str, bytes]) -> tuple[str, ...]:
    """Returns the differences between the files of two packages, a sentence each; none where all are equal."""
    return tuple(_file_differences(expected, actual))


def block_differences(expected: Mapping[int, bytes], actual: Mapping[int, bytes]) -> tuple[str, ...]:
    """The same for the blocks of two firmwares, by address; one sentence where there are only other bytes."""
    missing, more = (sorted(one.keys() - other.keys()) for one, other in ((expected, actual), (actual, expected)))
    sentences = []
    if missing:
        sentences.append(f"{counted(len(missing), 'block')} missing, first at address 0x{missing[0]:08x}")
    if more:
        sentences.append(f"{counted(len(more), 'block')} more than expected, first at address 0x{more[0]:08x}")
    changed = [place for place in sorted(expected.keys() & actual.keys()) if expected[place] != actual[place]]
    if changed:
        place = next(at for at, byte in enumerate(expected[changed[0]]) if byte != actual[changed[0]][at])
        sentences.append(
            f"{len(changed):,} of {counted(len(expected), 'block')} differ, first at address 0x{changed[0] + place:08x}"
        )
    return tuple(sentences or ["its blocks are the same in another order or with other padding"])


def _file_differences(expected: Mapping[str, bytes], actual: Mapping[str, bytes]) -> Iterator[str]:
    for path in sorted(expected.keys() | actual.keys()):
        if path not in actual:
            yield f"{quoted(path)} is missing"
        elif path not in expected:
            yield f"{quoted(path)} is not in what these files build"
        elif expected[path] != actual[path]:
            yield f"{quoted(path)}: {_content_difference(expected[path], actual[path])}"


def _content_difference(expected: bytes, actual: bytes) -> str:
    try:
        expected_lines, actual_lines = (each.decode().splitlines() for each in (expected, actual))
    except UnicodeDecodeError:
        if len(expected) != len(actual):
            return f"{len(actual):,} bytes, not {len(expected):,}"
        places = [at for at, byte in enumerate(expected) if byte != actual[at]]
        return f"{len(places):,} of {counted(len(expected), 'byte')} differ, first at byte {places[0]:,}"
    for number, (line, other) in enumerate(zip(expected_lines, actual_lines, strict=False), start=1):
        if line != other:
            return f"line {number} is {quoted(other.strip())}, not {quoted(line.strip())}"
    return f"{counted(len(actual_lines), 'line')}, not {len(expected_lines)}"


def _candidates(files: ProjectFiles, options: BuildOptions, report: Mapping[str, Any]) -> Iterator[Package]:
    """The packages that the project builds, for each rune that its self-test may have been compared with."""
    name, target_name = report.get("name"), report.get("target")
    try:
        target = find_target(target_name if isinstance(target_name, str) else "")
    except UnknownTarget:
        return
    if target.makes_rune:
        return
    if isinstance(name, str) and name.isprintable() and name.strip(". ") and not {"/", "\\"} & set(name):
        options = replace(options, name=name)
    aims = [WASM32, *WASM32.variants]
    aims.sort(key=lambda variant: variant.optimized_for != report.get("optimized_for"))
    for rune_target in aims:
        variant = target.variant(rune_target.optimized_for) or target
        yield package(files, replace(options, target=variant), rune_target=rune_target)


def _report(contents: Mapping[str, bytes]) -> Mapping[str, Any]:
    """Returns the package's own report; empty where it cannot be read."""
    data = next((content for path, content in contents.items() if path.endswith(f"/{REPORT}")), None)
    try:
        report = None if data is None else json.loads(data)
    except (ValueError, RecursionError):
        report = None
    if not isinstance(report, dict):
        raise UnreadablePackage(f"it has no {REPORT} that says for which target it is")
    return report


def _unpacked(package: Package) -> Mapping[str, bytes]:
    return {f"{package.folder}/{path}": data for path, data in package.files.items()}


def _common(package: Package, contents: Mapping[str, bytes]) -> int:
    """Bytes of the files that both have."""
    return sum(len(data) for path, data in _unpacked(package).items() if contents.get(path) == data)
