"""The counts of a device on its disk: those of the running day in one file, and each document that is not sent yet.

A document is written before the counts that are in it leave the file of the running day. After a power cut in between
both are there, and the document counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from hmrd.counting import Ledger, PeriodOfRune
from hmrd.protocol.counts import MOST_DAYS, BadDocument, CountedPeriod, rune_key
from hmrd.protocol.pairs import AnyDocument, PairsDocument, read_unsigned_document
from hmrd.protocol.reading import BadDeviceMessage, Fields, parsed, written
from hmrd.protocol.wanted import Telemetry
from hmrd.storage.files import delete_file, read_file, write_file
from rune.watch.counts import LARGEST, TIME_BINS, Counts

LARGEST_FILE: Final = 256 * 1024
_MOST: Final = 1024
_SUFFIX: Final = ".counts"


class CountsFiles:
    """The folder of the counts of one rune of the configuration."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running = folder / "running.json"

    def read(self) -> Ledger:
        """Returns the counts that are in no document. Those of a damaged file are gone."""
        data = read_file(self._running)
        if data is None:
            return Ledger()
        try:
            ledger = _ledger(parsed(data, LARGEST_FILE))
        except (BadDeviceMessage, BadDocument):
            return Ledger()
        there = set(self._paths())
        rest = {key: counts for key, counts in ledger.open.items() if self._path(key) not in there}
        return Ledger(ledger.mode, rest, ledger.closed)

    def write(self, ledger: Ledger) -> None:
        """Writes the counts that are in no document. Raises `StorageFailed`."""
        write_file(self._running, written(_to_json(ledger)))

    def add(self, document: AnyDocument) -> None:
        """Keeps a document until it is sent. Raises `StorageFailed`."""
        write_file(self._path_of(document), document.unsigned)

    def has(self, document: AnyDocument) -> bool:
        """Returns whether a document about the same is kept."""
        return self._path_of(document).exists()

    def documents(self) -> Mapping[str, AnyDocument]:
        """Returns the documents that are not sent, by the names of their files, the oldest first."""
        documents = {path.name: self._document(path) for path in self._paths()}
        return {name: each for name, each in documents.items() if each is not None}

    def delete(self, name: str) -> None:
        """Deletes a document. Raises `StorageFailed`."""
        delete_file(self._folder / Path(name).name)

    def delete_old(self) -> int:
        """Keeps the documents of the newest `MOST_DAYS` days, and returns how many others it deleted. Raises
        `StorageFailed`."""
        documents = self.documents()
        days = sorted({each.period.day for each in documents.values()})
        old = set(days[:-MOST_DAYS])
        names = [name for name, each in documents.items() if each.period.day in old]
        for name in names:
            self.delete(name)
        return len(names)

    def delete_ahead(self, last: date) -> None:
        """Deletes the documents of days after the last one that can be. Raises `StorageFailed`."""
        for name, document in self.documents().items():
            if document.period.day > last:
                self.delete(name)

    def clear(self) -> None:
        """Deletes all counts. Raises `StorageFailed`."""
        for path in self._paths():
            delete_file(path)
        delete_file(self._running)

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_SUFFIX}")) if self._folder.is_dir() else []

    def _path(self, key: PeriodOfRune) -> Path:
        return self._folder / f"{key.period.name}.{rune_key(key.rune).hex()}{_SUFFIX}"

    def _path_of(self, document: AnyDocument) -> Path:
        """Returns the file of a document, which has the name of what it is about."""
        beside = f".{document.beside.hex()}" if isinstance(document, PairsDocument) else ""
        return self._folder / f"{document.period.name}.{document.rune.hex()}{beside}{_SUFFIX}"

    def _document(self, path: Path) -> AnyDocument | None:
        try:
            return read_unsigned_document(read_file(path) or b"")
        except BadDocument:
            return None


def _to_json(ledger: Ledger) -> dict[str, Any]:
    return {
        "mode": str(ledger.mode),
        "closed": None if ledger.closed is None else ledger.closed.isoformat(),
        "open": [
            {"day": key.period.day.isoformat(), "hour": key.period.hour, "rune": key.rune, "counts": vars(counts)}
            for key, counts in ledger.open.items()
        ],
    }


def _ledger(value: object) -> Ledger:
    fields = Fields(value, "the counts")
    closed = fields.text("closed", 40, default="")
    return Ledger(
        Telemetry.read(fields.text("mode", 20)),
        dict(fields.items("open", _entry, _MOST)),
        _moment(closed) if closed else None,
    )


def _entry(value: object) -> tuple[PeriodOfRune, Counts]:
    fields = Fields(value, "counts of a rune")
    hour = fields.integer("hour", 0, 23) if fields.has("hour") else None
    period = CountedPeriod(_moment(fields.text("day", 10)).date(), hour)
    return PeriodOfRune(period, fields.digest("rune")), fields.item("counts", _counts)


def _counts(value: object) -> Counts:
    fields = Fields(value, "counts")
    time = fields.items("time", _count, TIME_BINS)
    if len(time) != TIME_BINS:
        raise BadDeviceMessage(f"time of counts are not {TIME_BINS} numbers.")
    return Counts(
        fields.items("labels", _count, _MOST),
        fields.items("confidence", _count, _MOST),
        fields.items("features", _group, _MOST),
        time,
        fields.integer("answers"),
        fields.integer("microseconds"),
        fields.integer("restarts"),
        fields.integer("memory"),
    )


def _group(value: object) -> tuple[int, ...]:
    return Fields({"group": value}).items("group", _count, _MOST)


def _count(value: object) -> int:
    return min(Fields({"count": value}).integer("count"), LARGEST)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadDeviceMessage(f"{text!r} is not a time.") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
