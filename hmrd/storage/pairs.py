"""The pairs of labels of the running hour on the disk. Their documents are with those of counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from hmrd.pair_counting import PairKey, PairLedger
from hmrd.protocol.counts import BadDocument, CountedPeriod
from hmrd.protocol.reading import BadDeviceMessage, Fields, parsed, written
from hmrd.storage.files import delete_file, read_file, write_file
from rune.watch.counts import LARGEST
from rune.watch.encoding import BadCounts
from rune.watch.layout import MOST_LABELS
from rune.watch.pairs import LabelPairs, PairBins

LARGEST_FILE: Final = 256 * 1024
_LONGEST_LABEL: Final = 200
_MOST: Final = 64


class PairsFile:
    """The file of the pairs that are in no document."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "pairs.json"

    def read(self) -> PairLedger:
        """Returns the pairs. Those of a damaged file are gone."""
        data = read_file(self._path)
        if data is None:
            return PairLedger()
        try:
            return _ledger(parsed(data, LARGEST_FILE))
        except (BadDeviceMessage, BadDocument, BadCounts):
            return PairLedger()

    def write(self, ledger: PairLedger) -> None:
        """Writes the pairs. Raises `StorageFailed`."""
        closed = None if ledger.closed is None else ledger.closed.isoformat()
        rows = [_to_json(key, pairs) for key, pairs in ledger.open.items()]
        write_file(self._path, written({"closed": closed, "open": rows}))

    def clear(self) -> None:
        """Deletes the pairs. Raises `StorageFailed`."""
        delete_file(self._path)


def _to_json(key: PairKey, pairs: LabelPairs) -> Mapping[str, Any]:
    return {
        "day": key.period.day.isoformat(),
        "hour": key.period.hour,
        "rune": key.rune,
        "beside": key.beside,
        "labels": list(key.bins.answering),
        "labels_beside": list(key.bins.beside),
        "pairs": [list(row) for row in pairs.counts],
        "missed": pairs.missed,
    }


def _ledger(value: object) -> PairLedger:
    fields = Fields(value, "the pairs")
    closed = fields.text("closed", 40, default="")
    return PairLedger(dict(fields.items("open", _entry, _MOST)), _moment(closed) if closed else None)


def _entry(value: object) -> tuple[PairKey, LabelPairs]:
    fields = Fields(value, "pairs of two runes")
    period = CountedPeriod(_moment(fields.text("day", 10)).date(), fields.integer("hour", 0, 23))
    bins = PairBins(fields.items("labels", _label, MOST_LABELS), fields.items("labels_beside", _label, MOST_LABELS))
    pairs = LabelPairs(fields.items("pairs", _row, MOST_LABELS), min(fields.integer("missed"), LARGEST))
    if not pairs.fits(bins):
        raise BadDeviceMessage("pairs of two runes are not those of their labels.")
    return PairKey(period, fields.digest("rune"), fields.digest("beside"), bins), pairs


def _label(value: object) -> str:
    return Fields({"label": value}).text("label", _LONGEST_LABEL)


def _row(value: object) -> tuple[int, ...]:
    return Fields({"row": value}).items("row", _count, MOST_LABELS)


def _count(value: object) -> int:
    return min(Fields({"count": value}).integer("count"), LARGEST)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadDeviceMessage(f"{text!r} is not a time.") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
