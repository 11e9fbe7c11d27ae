"""Converts every architecture from every format, builds the results, and holds them to the reference kernels:
`python -m tests.support.models.architectures.formats.trial FOLDER [NAME...]`.

Run with the project's own Python. `FOLDER` has what `sources` wrote; what was tried before stays there.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from lab.command.conversion import Request, make_float, make_forms
from lab.refusal import Reason, Refused
from tests.support.models.architectures.formats.chosen import CHOSEN, FORMATS, refusal_of, source_of
from tests.support.models.architectures.judge import judged
from tests.support.models.architectures.outcome import ArchitectureOutcome, ArchitectureVerdict

FORMS = ("float32", "int8")
"""The forms of a converted model that are built."""
ATTEMPTS = 3
_SUFFIX = "trial"

T = TypeVar("T")


@dataclass(frozen=True)
class FormatTrial:
    """The result for an architecture in one format. `reason` says why it was not converted, "" where it was;
    `difference` is the largest on 64 inputs, None where the source is a float `.tflite` file already."""

    reason: str
    difference: float | None
    forms: Mapping[str, ArchitectureOutcome]

    @property
    def is_run(self) -> bool:
        """Whether anybody tried it."""
        return self != NOT_TRIED

    def to_json(self) -> str:
        forms = {form: json.loads(outcome.to_json()) for form, outcome in self.forms.items()}
        return json.dumps(asdict(self) | {"forms": forms}, indent=1) + "\n"

    @staticmethod
    def from_json(text: str) -> FormatTrial:
        value = json.loads(text)
        forms = {
            form: ArchitectureOutcome.from_json(json.dumps(outcome)) for form, outcome in value.pop("forms").items()
        }
        return FormatTrial(**value, forms=forms)


NOT_TRIED = FormatTrial("not run", None, {})
"""The trial of a row that nobody tried yet."""


def tried(folder: Path, name: str, format_: str) -> FormatTrial:
    """Converts one architecture from one format, and builds and compares its forms."""
    refusal = refusal_of(folder, name, format_)
    if refusal.exists():
        return FormatTrial(f"not written: {refusal.read_text(encoding='utf-8')}", None, {})
    request = Request(source_of(folder, name, format_), forms=FORMS)
    with tempfile.TemporaryDirectory() as path:
        place = Path(path)
        try:
            model = _in_time(lambda: make_float(request, place, _silent))
            rows = _in_time(lambda: make_forms(request, model, place, _silent)).result["forms"]
        except Refused as refused:
            return FormatTrial(str(refused), None, {})
        refusals = {row["form"]: row["refusal"] for row in rows if "refusal" in row}
        forms = {
            form: ArchitectureOutcome(ArchitectureVerdict.NOT_EXPORTED, refusals[form])
            if form in refusals
            else _in_process((place / form).read_bytes())
            for form in FORMS
        }
    return FormatTrial("", None if model.conversion is None else model.conversion["difference"], forms)


def _in_time(step: Callable[[], T]) -> T:
    """The result of a step, which is done again where a busy machine stopped it. Raises `Refused`."""
    for _ in range(ATTEMPTS - 1):
        try:
            return step()
        except Refused as refused:
            if refused.reason is not Reason.OUT_OF_TIME:
                raise
    return step()


def _silent(share: float, text: str) -> None:
    """Ignores the progress."""


@cache
def _in_process(data: bytes) -> ArchitectureOutcome:
    """Judges a model in a process of its own: the reference is C++ that trusts its files. Several formats of an
    architecture often give the same bytes."""
    outcome = ArchitectureOutcome(ArchitectureVerdict.NOT_RUN)
    for _ in range(ATTEMPTS):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            try:
                outcome = process.submit(judged, data).result()
            except BrokenProcessPool:
                outcome = ArchitectureOutcome(ArchitectureVerdict.FAILED, "the process ended", len(data))
        if outcome.verdict is not ArchitectureVerdict.FAILED:  # a busy machine stops what takes too long
            break
    return outcome


def trials(folder: Path) -> Iterator[tuple[str, str, FormatTrial]]:
    """The name, the format and the result of each, in the order of the page."""
    for name in CHOSEN:
        for format_ in FORMATS:
            path = folder / f"{name}.{format_}.{_SUFFIX}"
            yield name, format_, FormatTrial.from_json(path.read_text("utf-8")) if path.exists() else NOT_TRIED


def try_all(folder: Path, names: Sequence[str], report: Callable[[str], None]) -> None:
    """Tries what was not tried yet."""
    for name in names:
        for format_ in FORMATS:
            path = folder / f"{name}.{format_}.{_SUFFIX}"
            if path.exists():
                continue
            trial = tried(folder, name, format_)
            path.write_text(trial.to_json(), encoding="utf-8")
            verdicts = [f"{form} {each.verdict.value} {each.reason}" for form, each in trial.forms.items()]
            report(f"{name} {format_}: {trial.reason or trial.difference} {'; '.join(verdicts)}")


def main(arguments: Sequence[str]) -> int:
    try_all(Path(arguments[0]), arguments[1:] or list(CHOSEN), lambda text: print(text, flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
