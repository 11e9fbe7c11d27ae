"""CSV samples as an import brings them in: rows without their times, at the rate of most of the samples. A rune takes
rows as evenly spaced, so a recording of another rate would be another movement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from rune.assessment.evaluation.labelled import LabelledSample
from rune.datasets.content.content import BadContent, Content, Kind
from rune.datasets.content.read import read_content
from rune.datasets.content.row_rate import RowInterval, RowRates, most_frequent_rates
from rune.datasets.convert.series import plain_csv
from rune.datasets.convert.times import timing_of_csv
from rune.datasets.layouts.row_rates import MAX_CHECKED, at_one_rate
from rune.project.files import FileError

Note = Callable[[str, str], None]
"""A function that takes the name of a sample and a sentence about its rows. It is called each time that the sample is
read."""


def as_imported(samples: Sequence[LabelledSample], note: Note) -> Sequence[LabelledSample]:
    """Returns samples whose rows have the rate that most of their input have. One of another rate is resampled when it
    is read, and one that cannot be raises `FileError` then."""
    rates = most_frequent_rates(_intervals([each for each in samples if _has_rows(each)][:MAX_CHECKED]))
    return [replace(each, read=partial(_read, each, rates, note)) if _has_rows(each) else each for each in samples]


def _has_rows(sample: LabelledSample) -> bool:
    return sample.name.lower().endswith(".csv")


def _intervals(samples: Sequence[LabelledSample]) -> Iterator[tuple[str, RowInterval]]:
    for sample in samples:
        try:
            data = sample.read()
            timing = timing_of_csv(data)
            if timing is not None and timing.interval is not None:
                yield read_content(plain_csv(data)).input, timing.interval
        except (FileError, OSError, BadContent):
            # It is reported when it is evaluated.
            continue


def _read(sample: LabelledSample, rates: RowRates, note: Note) -> bytes:
    """Returns the rows of a sample. Motion of the usual rate, and what is no recording, stays as it is."""
    data = sample.read()
    try:
        content: Content = read_content(plain_csv(data))
        timing = timing_of_csv(data)
    except BadContent:
        return data
    try:
        rows = at_one_rate(content, timing, rates)
    except BadContent as error:
        raise FileError(sample.name, str(error)) from None
    if rows.note:
        note(sample.name, rows.note)
    return rows.data if rows.kind is Kind.TABLE or rows.data != content.data else data
