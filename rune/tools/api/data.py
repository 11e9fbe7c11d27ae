"""A data set as NumPy arrays: a folder that `rune data pull` wrote, or one in any layout that imports read."""

from __future__ import annotations

import io
import os
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rune.datasets.content.content import BadContent, Content, Kind
from rune.datasets.content.row_rate import RowRates
from rune.datasets.content.table import parse_table
from rune.datasets.content.wav import sound_of
from rune.datasets.layouts.containers.archive import DataArchive
from rune.datasets.layouts.containers.files import DataFiles
from rune.datasets.layouts.containers.folder import DataFolder
from rune.datasets.layouts.find import find_layout, read_item
from rune.datasets.layouts.layout import Item, Layout
from rune.datasets.layouts.row_rates import usual_rates
from rune.tools.api.errors import DataError


@dataclass(frozen=True)
class DataSample:
    """One recording. Its bytes are read when `array` is called."""

    name: str
    """The name of its file."""
    label: str
    """"" for a recording without one."""
    split: str
    """`train`, `validation` or `test`; "" where the data set does not say it."""
    group: str
    """The person or device that was recorded, by a pseudonym; "" where the data set does not say it."""
    _files: DataFiles = field(repr=False)
    _layout: Layout = field(repr=False)
    _item: Item = field(repr=False)
    _rates: Callable[[], RowRates] = field(repr=False)

    def array(self) -> NDArray[Any]:
        """Returns a sound as int16 [values], a picture as uint8 [height, width, 3] or, if it is gray, [height, width],
        and motion as float32 [rows, 3], at the rate that most of the data set's motion has. Raises `DataError`."""
        return _array(self._content(), self.name)

    @property
    def rate(self) -> int:
        """Values a second of a sound; 0 for what is no sound. Raises `DataError`."""
        return int(self._content().drawing.get("rate", 0))

    def _content(self) -> Content:
        try:
            return read_item(self._files, self._layout, self._item, self._rates())
        except BadContent as error:
            raise DataError(f"{self.name}: {error}") from None


class DataSet:
    """The recordings of a data set, in the order of its list.

    data = rune.load_data("kitchen-data")
    x, y = data.arrays("train", length=16000)
    """

    def __init__(self, files: DataFiles) -> None:
        """Raises `DataError`."""
        try:
            layout = find_layout(files)
        except BadContent as error:
            raise DataError(str(error)) from None
        self.layout = layout.name
        rates = cache(partial(usual_rates, files, layout))
        self.samples = tuple(
            DataSample(item.path, item.label, item.split, item.group, files, layout, item, rates)
            for item in layout.items
        )
        self.labels = tuple(sorted({sample.label for sample in self.samples if sample.label}))
        """The numbers in `arrays` count these, from 0 on."""

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[DataSample]:
        return iter(self.samples)

    def __repr__(self) -> str:
        splits = Counter(sample.split or "without a split" for sample in self.samples)
        counts = ", ".join(f"{count} {split}" for split, count in sorted(splits.items()))
        return f"<DataSet {self.layout}: {len(self)} samples ({counts}), labels {', '.join(self.labels)}>"

    def arrays(self, split: str | None = None, *, length: int | None = None) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Returns the labelled recordings as one array, and the numbers of their labels; `split` chooses a part.

        `length` is the number of values of a sound, or rows of motion: longer ones are cut at the end, and shorter ones
        have zeros behind them. Raises `DataError` for recordings of different shapes, of different rates, and where
        there are none.
        """
        selection = [each for each in self.samples if each.label and (split is None or each.split == split)]
        if not selection:
            raise DataError(f"The data set has no labelled samples{'' if split is None else f' for {split}'}.")
        numbers = {label: number for number, label in enumerate(self.labels)}
        contents = [(each.name, each._content()) for each in selection]
        _require_one_rate(contents)
        parts = [_fitted(_array(content, name), content.kind, length) for name, content in contents]
        shapes = {part.shape for part in parts}
        if len(shapes) > 1:
            first, second = sorted(shapes)[:2]
            advice = " Pass length=." if length is None else ""
            raise DataError(f"The samples have different shapes, such as {first} and {second}.{advice}")
        return np.stack(parts), np.array([numbers[each.label] for each in selection], np.int64)


def load_data(path: str | os.PathLike[str]) -> DataSet:
    """A data set from a folder, or from a ZIP file. Raises `DataError`, and `OSError`."""
    where = Path(path)
    try:
        return DataSet(DataFolder(where) if where.is_dir() else _open_archive(where))
    except BadContent as error:
        raise DataError(str(error)) from None


def _open_archive(path: Path) -> DataArchive:
    """An archive whose file is closed when no sample of it is used any more."""
    file = io.FileIO(path)
    try:
        archive = DataArchive(file)
    except BaseException:
        file.close()
        raise
    weakref.finalize(archive, file.close)
    return archive


def _require_one_rate(contents: list[tuple[str, Content]]) -> None:
    rates = sorted({content.drawing["rate"] for _, content in contents if content.kind is Kind.SOUND})
    if len(rates) > 1:
        raise DataError(f"The sounds have different sample rates: {', '.join(f'{rate} Hz' for rate in rates)}.")


def _array(content: Content, name: str) -> NDArray[Any]:
    if content.kind is Kind.SOUND:
        return np.frombuffer(sound_of(content.data)[1], "<i2")
    if content.kind is Kind.TABLE:
        return parse_table(content.data).rows.astype(np.float32)
    if content.kind is Kind.MOTION:
        return np.array([line.split(",") for line in content.data.decode("ascii").splitlines()], np.float32)
    from PIL import Image, UnidentifiedImageError  # Sounds need no Pillow.

    try:
        with Image.open(io.BytesIO(content.data), formats=("PNG", "JPEG")) as picture:
            return np.asarray(picture.convert("L" if picture.mode in ("1", "L", "LA") else "RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise DataError(f"{name}: the picture is damaged.") from error


def _fitted(array: NDArray[Any], kind: Kind, length: int | None) -> NDArray[Any]:
    if length is None or kind is Kind.PICTURE:
        return array
    cut_array = array[:length]
    return np.pad(cut_array, [(0, length - len(cut_array)), *[(0, 0)] * (cut_array.ndim - 1)])
