"""Pictures and labels in the files of MNIST: `train-images-idx3-ubyte` beside `train-labels-idx1-ubyte`, also packed
with gzip. A file `labels.txt` beside them may name the labels, one in each line."""

from __future__ import annotations

import re
import struct
import zlib
from functools import lru_cache

from rune.datasets.content.content import BadContent
from rune.datasets.content.pictures import MAX_SIDE
from rune.datasets.convert.pictures import grey_png
from rune.datasets.label_names import word
from rune.datasets.layouts.containers.archive import MAX_TABLE_BYTES
from rune.datasets.layouts.containers.files import MAX_FILES, DataFiles, TooManyRecordings
from rune.datasets.layouts.layout import Item, Layout
from rune.wording import size_text

_IMAGES = re.compile(r"((?:.*/)?)(train|validation|t10k|test)[-_.]images[-_.]idx3[-_.]ubyte(\.gz)?")
_SPLITS = {"train": "train", "validation": "validation", "t10k": "test", "test": "test"}
_IMAGES_MARK, _LABELS_MARK = 0x803, 0x801


def find_mnist(archive: DataFiles) -> Layout | None:
    """Returns the pictures of an MNIST archive. Raises `BadContent` where files and labels do not belong together."""
    matches = [match for name in archive.names if (match := _IMAGES.fullmatch(name))]
    if not matches:
        return None
    items: list[Item] = []
    lists: list[str] = []
    for match in matches:
        count, _, _ = _image_header(_unpacked(archive, match[0]))
        base = match[0].removeprefix(match[1]).replace("images", "labels").replace("idx3", "idx1")
        labels_name = match[1] + base
        labels = _labels(_unpacked(archive, labels_name))
        if len(labels) != count:
            raise BadContent(f"{match[0]} has {count:,} pictures, and its labels are {len(labels):,}.")
        names = _names(archive, f"{match[1]}labels.txt")
        lists += [match[0], labels_name, f"{match[1]}labels.txt"]
        if names and max(labels, default=0) >= len(names):
            raise BadContent(f"{match[1]}labels.txt does not name all labels of {labels_name}.")
        items += [
            Item(match[0], names[label] if names else str(label), "", _SPLITS[match[2]], "", index)
            for index, label in enumerate(labels)
        ]
    if len(items) > MAX_FILES:
        raise TooManyRecordings(f"The archive has {len(items):,} pictures; an import has at most {MAX_FILES:,}.")
    return Layout("MNIST", items, (), _read, lists)


def _read(archive: DataFiles, item: Item) -> bytes:
    data = _unpacked(archive, item.path)
    _, height, width = _image_header(data)
    start = 16 + item.index * width * height
    return grey_png(width, height, data[start : start + width * height])


def _names(archive: DataFiles, name: str) -> list[str]:
    """Returns the names of the labels in the order of their numbers, or an empty list if the archive has none."""
    if name not in archive:
        return []
    return [word(line) for line in archive.read(name).decode("utf-8", "replace").splitlines()]


def _image_header(data: bytes) -> tuple[int, int, int]:
    """Returns how many pictures there are, and their height and width. Raises `BadContent`."""
    if len(data) < 16:
        raise BadContent("The file of pictures is cut short.")
    mark, count, height, width = struct.unpack_from(">IIII", data)
    if mark != _IMAGES_MARK or not (0 < height <= MAX_SIDE and 0 < width <= MAX_SIDE):
        raise BadContent("The file does not have pictures in the format of MNIST.")
    if len(data) != 16 + count * height * width:
        raise BadContent(f"The file says that it has {count:,} pictures, which its size contradicts.")
    return count, height, width


def _labels(data: bytes) -> bytes:
    if len(data) < 8 or struct.unpack_from(">I", data)[0] != _LABELS_MARK:
        raise BadContent("The file does not have labels in the format of MNIST.")
    return data[8:]


@lru_cache(maxsize=4)
def _unpacked(archive: DataFiles, name: str) -> bytes:
    """The bytes of a file, without gzip. Raises `BadContent`."""
    data = archive.read(name, MAX_TABLE_BYTES)
    if not name.endswith(".gz"):
        return data
    unpacking = zlib.decompressobj(wbits=31)
    try:
        plain = unpacking.decompress(data, MAX_TABLE_BYTES)
    except zlib.error:
        raise BadContent(f"{name} is damaged.") from None
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise BadContent(f"{name} is cut short, or larger than {size_text(MAX_TABLE_BYTES)} when it is unpacked.")
    return plain
