"""The data of a sample for an export, and a layout's description of its files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from rune.datasets.content.content import BadContent, Kind
from rune.datasets.positions import Positions


@dataclass(frozen=True, slots=True)
class ExportedSample:
    """A sample that is written. It has no name of a person: a group is called after its number."""

    number: int
    digest: str
    kind: Kind
    ending: str
    """For its file as it is stored, without a dot: `wav`, `png`, `jpg` or `csv`."""
    label: str
    split: str
    """`train`, `validation` or `test`."""
    group: str
    """A word such as `group-7`; "" for a sample of nobody."""
    milliseconds: int = 0
    positions: Positions | None = None
    """The places of objects in a picture; None where nobody marked it."""
    width: int = 0
    """Pixels of a picture that has positions, as `height`; 0 for other samples."""
    height: int = 0


@dataclass(frozen=True)
class VersionOrigin:
    """The version that the samples are from."""

    project: str
    """The project, such as `acme/kitchen`."""
    version: int
    digest: str
    url: str = ""
    """The address of the version's page; "" where it is not known, as all that follows."""
    published: str = ""
    """The day on which it was saved, such as `2026-11-18`."""
    licence: str = ""
    """An SPDX identifier."""
    source: str = ""
    """How the samples came in, as a sentence."""
    consent: str = ""
    """The purposes that their people agreed to, as a sentence."""


def _as_stored(sample: ExportedSample, data: bytes) -> bytes:  # noqa: ARG001 (layouts that convert need the sample)
    return data


def _nothing_refused(samples: Collection[ExportedSample]) -> None:
    """Raises nothing: the layout can have any sample."""


@dataclass(frozen=True)
class ExportLayout:
    """The layout of an exported data set. The lists come last, and name what was written alone."""

    name: str
    """The name in the API."""
    title: str
    """The name for people."""
    path: Callable[[ExportedSample], str]
    """Returns the name of a sample's file. No two samples have the same."""
    lists: Callable[[VersionOrigin, Collection[ExportedSample]], Iterable[tuple[str, bytes]]]
    """Returns the names and bytes of the files that say what the samples are."""
    content: Callable[[ExportedSample, bytes], bytes] = _as_stored
    """Returns the bytes of a sample's file."""
    refuse: Callable[[Collection[ExportedSample]], None] = _nothing_refused
    """Raises `BadContent` for samples that the layout cannot have."""
    join: Callable[[Iterable[tuple[ExportedSample, bytes]]], Sequence[tuple[str, bytes]]] | None = None
    """Returns the names and contents of all files, for a layout in which a sample has no file of its own: `path`,
    `content` and `lists` are not called then. Raises `BadContent` for samples that the layout cannot have."""


def file_name(sample: ExportedSample) -> str:
    """Returns the name of a sample's file where the layout does not prescribe one."""
    return f"{sample.number:06d}.{sample.ending}"


def no_lists(origin: VersionOrigin, samples: Collection[ExportedSample]) -> Iterable[tuple[str, bytes]]:  # noqa: ARG001
    """Returns no files: the names of folders say all."""
    return ()


def require_folder_names(samples: Collection[ExportedSample]) -> None:
    """Raises `BadContent` for a label that cannot be the name of a folder, or that readers take for a split."""
    for label in sorted({sample.label for sample in samples}):
        if not is_folder_name(label):
            raise BadContent(
                f"The label “{label}” cannot be the name of a folder. Choose a layout with a list of labels."
            )


def is_folder_name(label: str) -> bool:
    """Returns whether a folder on any system can be called so, and an import takes its name for a label."""
    is_reserved = label.lower() in _RESERVED_NAMES or label.split(".")[0].lower() in _DEVICES
    return not (is_reserved or label.startswith((".", "_")) or label.endswith((".", " ")) or set(label) & _SPECIAL)


_SPECIAL = frozenset('/\\:*?"<>|')
_RESERVED_NAMES = frozenset(
    ("", "train", "training", "validation", "valid", "val", "dev", "test", "testing", "data", "samples")
)
_PORTS = (f"{name}{number}" for name in ("com", "lpt") for number in range(10))
_DEVICES = frozenset(("con", "prn", "aux", "nul", *_PORTS))
"""Names that Windows has for devices."""
