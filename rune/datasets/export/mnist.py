"""MNIST: the pictures of a split in one file and their labels in another.

`rune.datasets.layouts.formats.mnist` reads them."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Mapping, Sequence

from rune.datasets.content.content import BadContent, Kind
from rune.datasets.convert.grey_pixels import grey_pixels
from rune.datasets.export.layout import ExportedSample, ExportLayout, file_name, no_lists
from rune.wording import size_text

MAX_BYTES = 100_000_000
"""The most bytes of all pixels, twice those of MNIST. They are in memory until the files are complete."""
_PREFIXES = {"train": "train", "validation": "validation", "test": "t10k"}
_MAX_LABELS = 256
_IMAGES_MARK, _LABELS_MARK = 0x803, 0x801


def _join(samples: Iterable[tuple[ExportedSample, bytes]]) -> Sequence[tuple[str, bytes]]:
    pixels: dict[str, bytearray] = {}
    labels: dict[str, list[str]] = {}
    side: tuple[int, int] | None = None
    for sample, data in samples:
        try:
            width, height, shades = grey_pixels(data)
        except BadContent as error:
            raise BadContent(
                f"MNIST has pictures in shades of grey, and sample {sample.number} {error}. Choose another layout."
            ) from None
        if side is None:
            side = width, height
        if side != (width, height):
            raise BadContent(
                f"MNIST has pictures of one size. Sample {sample.number} has {width} × {height} pixels, and others "
                f"have {side[0]} × {side[1]}. Choose another layout."
            )
        pixels.setdefault(sample.split, bytearray()).extend(shades)
        labels.setdefault(sample.split, []).append(sample.label)
        if sum(map(len, pixels.values())) > MAX_BYTES:
            raise BadContent(f"MNIST has at most {size_text(MAX_BYTES)} of pixels here. Choose another layout.")
    width, height = side or (0, 0)
    codes = _codes({label for each in labels.values() for label in each})
    files: list[tuple[str, bytes]] = []
    for split, together in pixels.items():
        count = len(labels[split])
        images = struct.pack(">IIII", _IMAGES_MARK, count, height, width) + together
        label_bytes = bytes(codes[label] for label in labels[split])
        files.append((f"{_PREFIXES[split]}-images-idx3-ubyte", images))
        files.append((f"{_PREFIXES[split]}-labels-idx1-ubyte", struct.pack(">II", _LABELS_MARK, count) + label_bytes))
    if any(label != str(code) for label, code in codes.items()):
        names = "".join(f"{label}\n" for label in sorted(codes, key=codes.__getitem__))
        files.append(("labels.txt", names.encode("utf-8")))
    return files


def _codes(labels: Collection[str]) -> Mapping[str, int]:
    """Returns the byte of each label. If all labels are numbers, they are the bytes; else labels are numbered in
    alphabetical order."""
    numbers = {str(number): number for number in range(_MAX_LABELS)}
    if all(label in numbers for label in labels):
        return {label: numbers[label] for label in labels}
    return {label: number for number, label in enumerate(sorted(labels))}


def _refuse(samples: Collection[ExportedSample]) -> None:
    others = sum(sample.kind is not Kind.PICTURE for sample in samples)
    if others:
        raise BadContent(f"MNIST has pictures only, and {others:,} of these samples are of another kind.")
    if len({sample.label for sample in samples}) > _MAX_LABELS:
        raise BadContent(f"MNIST has at most {_MAX_LABELS} labels. Choose another layout.")


MNIST = ExportLayout("mnist", "MNIST", file_name, no_lists, refuse=_refuse, join=_join)
