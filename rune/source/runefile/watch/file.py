"""`rune.watch`: the edges between the bins, taken from samples, and the counts of the test samples.

The command `rune watch` writes it. A file that does not fit the Runefile is an error: a device would count in bins that
nobody chose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from rune.digests import is_digest
from rune.project.files import FileError, FileMissing, ProjectFiles
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Span
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.watch.classifier import Classifier, label_bins
from rune.source.runefile.watch.counted_parts import CountedParts
from rune.source.runefile.watch.numbers import is_edge
from rune.tensor import ElementType
from rune.watch.counts import Counts
from rune.watch.layout import OTHER, BadLayout, WatchLayout
from rune.watch.record import WatchRecord
from rune.wording import plain, quoted

WATCH_FILE: Final = "rune.watch"
MOST_BYTES: Final = 256 * 1024
VERSION: Final = 1
_AGAIN: Final = f"Run `rune watch SAMPLES` again, or delete {WATCH_FILE}."
_NUMBER_LIST = re.compile(r"\[[-+0-9.eE,\s]*\]")


@dataclass(frozen=True)
class WatchedSamples:
    """The contents of the file: the bins, the reference, and the digest of the samples that they come from."""

    layout: WatchLayout
    reference: Counts | None
    samples: str
    counted: int
    """How many samples are in the reference."""
    right: int | None = None
    """How many answers of the reference are right (`rune.watch.record.WatchRecord`)."""


def file_text(samples: WatchedSamples) -> str:
    """Returns the text of the file. The same contents give the same text."""
    record = WatchRecord(samples.layout, samples.reference, samples.right).to_json()
    value = {"version": VERSION, "samples": samples.samples, "counted": samples.counted, **record}
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    return _NUMBER_LIST.sub(lambda match: " ".join(match[0].split()).replace("[ ", "[").replace(" ]", "]"), text) + "\n"


def read_watch_file(files: ProjectFiles, parts: CountedParts, report: DiagnosticReport) -> WatchedSamples | None:
    """Reads the project's file; None where it has none, or where something is wrong with it, which is reported."""
    try:
        data = files.read(WATCH_FILE)
    except FileMissing:
        return None
    except FileError as error:
        report.source = SourceText(WATCH_FILE, "")
        message = f"Unable to read {quoted(error.path)}: {plain(error.reason, 300)}"
        report.error(Code.UNREADABLE_FILE, message, report.source.span(0, 0))
        return None
    return _WatchFileReader(data, parts, report).read()


class _WatchFileReader:
    """Reads the file and compares it with a Runefile."""

    def __init__(self, data: bytes, parts: CountedParts, report: DiagnosticReport) -> None:
        self._data = data
        self._parts = parts
        self._report = report
        self._source = report.source = SourceText(WATCH_FILE, data[:MOST_BYTES].decode("utf-8", "replace"))

    def read(self) -> WatchedSamples | None:
        value = self._value()
        if value is None:
            return None
        if value.get("version") != VERSION:
            self._error(f"This toolchain reads version {VERSION} of {WATCH_FILE}", "version")
            return None
        samples, number = value.get("samples"), value.get("counted")
        if not isinstance(samples, str) or not is_digest(samples):
            self._error("`samples` must be the digest of the samples", "samples")
            return None
        try:
            record = WatchRecord.from_json(value)
        except BadLayout as error:
            part = "reference" if "ounts" in str(error) else "layout"
            self._error(f"{WATCH_FILE} cannot be read: {plain(str(error), 300)}", part)
            return None
        before = self._report.error_count
        self._compare(record.layout)
        if self._report.error_count > before:
            return None
        count = number if type(number) is int else 0
        return WatchedSamples(record.layout, record.reference, samples, count, record.right)

    def _value(self) -> dict[str, Any] | None:
        if len(self._data) > MOST_BYTES:
            self._error(f"{WATCH_FILE} is larger than {MOST_BYTES} bytes", None)
            return None
        try:
            value = json.loads(self._source.text, parse_constant=_refuse)
        except json.JSONDecodeError as error:
            span = self._source.span(error.pos, error.pos + 1)
            self._report.error(Code.WATCH_FILE, f"{WATCH_FILE} is not JSON: {plain(error.msg)}", span, [_AGAIN])
            return None
        except (ValueError, RecursionError):
            self._error(f"{WATCH_FILE} has numbers or lists that it cannot have", None)
            return None
        if not isinstance(value, dict):
            self._error(f"{WATCH_FILE} must be an object", None)
            return None
        return value

    def _compare(self, layout: WatchLayout) -> None:
        classifier = self._parts.classifier
        if classifier is None and layout.labels is not None:
            self._error("It has labels, and the Runefile has no classifier", "labels")
        elif classifier is not None and (layout.labels is None or layout.confidence is None):
            self._error("It has no edges of confidence, and the Runefile has a classifier", "layout")
        elif classifier is not None:
            self._compare_labels(layout, classifier)
            self._compare_scores(layout, classifier)
        self._compare_features(layout)

    def _compare_labels(self, layout: WatchLayout, classifier: Classifier) -> None:
        bins = layout.labels
        if bins is None:
            return
        if len(bins.bins) != len(classifier.labels):
            message = f"It is of {len(bins.bins)} labels, and the Runefile has {len(classifier.labels)}"
            self._error(message, "bins")
        elif bins != label_bins(classifier.labels, [name for name in bins.names if name != OTHER]):
            self._error("Its labels are not those of the Runefile", "names")

    def _compare_scores(self, layout: WatchLayout, classifier: Classifier) -> None:
        bins = layout.confidence
        if bins is None:
            return
        if (bins.scale, bins.zero_point) != (classifier.scale, classifier.zero_point):
            steps = f"steps of {bins.scale:g} from {bins.zero_point:g}"
            others = f"those of the Runefile of {classifier.scale:g} from {classifier.zero_point:g}"
            self._error(f"Its scores are in {steps}, {others}", "scale")
            return
        for edge in bins.edges:
            if not is_edge(edge, classifier.type.element):
                self._error(f"No score of {classifier.type.element} is {edge:g}", "confidence")
                return

    def _compare_features(self, layout: WatchLayout) -> None:
        names = [feature.bins(()).name for feature in self._parts.features]
        for each in layout.features:
            if each.name not in names:
                message = f"It has edges for {quoted(each.name)}, which the Runefile does not watch"
                self._error(message, "stage", each.stage)
                return
        present = [each.name for each in layout.features]
        for name in names:
            if name not in present:
                self._error(f"It has no edges for {quoted(name)}, which the Runefile watches", "layout")
                return
        if present != names:
            self._error("Its features are in another order than in the Runefile", "features")
            return
        for bins, feature in zip(layout.features, self._parts.features, strict=True):
            if feature.type.element is ElementType.F32 and not all(abs(edge) < 1e38 for edge in bins.edges):
                self._error(f"An edge of {quoted(bins.name)} is too large", "stage", bins.stage)

    def _error(self, message: str, key: str | None, text: str | None = None) -> None:
        self._report.error(Code.WATCH_FILE, message, self._span(key, text), [_AGAIN])

    def _span(self, key: str | None, text: str | None) -> Span:
        """Returns where a key stands, with this value where there is one; else the beginning."""
        for match in self._keys(key):
            start, end = match
            line_end = self._source.line_bounds(self._source.position(start).line)[1]
            if text is None or json.dumps(text, ensure_ascii=False) in self._source.text[start:line_end]:
                return self._source.span(start, end)
        return self._source.span(*self._source.line_bounds(1))

    def _keys(self, key: str | None) -> Iterator[tuple[int, int]]:
        if key is not None:
            for match in re.finditer(rf'"{key}"\s*:', self._source.text):
                yield match.start(), match.start() + len(key) + 2


def _refuse(text: str) -> Any:
    raise ValueError(text)
