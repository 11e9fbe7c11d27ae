"""Google's Speech Commands: a folder a label, the speaker in the name of each file, and lists of two of the splits."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from rune.datasets.content.content import BadContent, Kind
from rune.datasets.export.layout import ExportedSample, ExportLayout, VersionOrigin, require_folder_names

_LISTS = {"validation": "validation_list.txt", "test": "testing_list.txt"}
_SPEAKER = 8
"""Hexadecimal digits of a speaker."""


def _path(sample: ExportedSample) -> str:
    # A sample of nobody is one of a speaker of its own: readers split by speakers.
    number = sample.group.rpartition("-")[2]
    speaker = f"{int(number):08x}" if number.isdigit() else f"f{sample.digest[-_SPEAKER + 1 :]}"
    return f"{sample.label}/{speaker}_nohash_{sample.number}.wav"


def _lists(origin: VersionOrigin, samples: Collection[ExportedSample]) -> Iterable[tuple[str, bytes]]:  # noqa: ARG001
    # Both lists are there also when they are empty: without them a reader does not know that the rest is for training.
    for split, name in _LISTS.items():
        lines = sorted(_path(sample) for sample in samples if sample.split == split)
        yield name, "".join(f"{line}\n" for line in lines).encode("utf-8")


def _refuse(samples: Collection[ExportedSample]) -> None:
    others = sum(sample.kind is not Kind.SOUND for sample in samples)
    if others:
        raise BadContent(f"Speech Commands has sounds only, and {others:,} of these samples are of another kind.")
    require_folder_names(samples)


SPEECH_COMMANDS = ExportLayout("speech-commands", "Speech Commands", _path, _lists, refuse=_refuse)
