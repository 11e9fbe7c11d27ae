"""Writes docs/reference/model-formats.md from a folder of trials.

`python -m tests.support.models.architectures.formats.table FOLDER`
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from textwrap import fill
from typing import Final

from lab.environments.environment import ENVIRONMENTS
from lab.environments.making import locked_packages
from tests.support.models.architectures.formats.chosen import CHOSEN, FORMATS
from tests.support.models.architectures.formats.trial import FORMS, FormatTrial, trials
from tests.support.models.architectures.outcome import ArchitectureOutcome, ArchitectureVerdict

PAGE: Final = Path(__file__).resolve().parents[5] / "docs" / "reference" / "model-formats.md"
HEAD: Final = "| architecture | format | converted | difference | float32 | int8 |"
SHORT: Final = {
    ArchitectureVerdict.EXACT: "exact",
    ArchitectureVerdict.WITHIN: "within",
    ArchitectureVerdict.DIFFERS: "**differs**",
    ArchitectureVerdict.HOST: "host",
    ArchitectureVerdict.FAILED: "not compared",
    ArchitectureVerdict.NOT_EXPORTED: "refused",
    ArchitectureVerdict.NOT_RUN: "not run",
}
COMPILED: Final = (
    ArchitectureVerdict.EXACT,
    ArchitectureVerdict.WITHIN,
    ArchitectureVerdict.DIFFERS,
    ArchitectureVerdict.FAILED,
)
"""Verdicts of a model that is compiled into its rune."""
_LONGEST_REASON = 300
_WIDTH = 120

Trials = Mapping[tuple[str, str], FormatTrial]


def cells_of(trial: FormatTrial) -> tuple[str, ...]:
    """Returns whether it was converted, the difference, and the verdict of each form."""
    if not trial.is_run:
        return (SHORT[ArchitectureVerdict.NOT_RUN], "", "", "")
    difference = "" if trial.difference is None else f"{trial.difference:.0e}"
    verdicts = (SHORT[trial.forms[form].verdict] if form in trial.forms else "" for form in FORMS)
    return ("no" if trial.reason else "yes", difference, *verdicts)


def page(results: Trials) -> str:
    """The whole page."""
    tensorflow, onnx, torch = (
        dict(locked_packages(ENVIRONMENTS[name].lock.read_text("utf-8"))) for name in ENVIRONMENTS
    )
    blocks = [
        "# Architectures by format",
        "<!-- Written by `python -m tests.support.models.architectures.formats.table`; "
        "change the code, not this page. -->",
        fill(
            f"What [`rune convert`](../guides/convert.md) makes of {len(CHOSEN)} architectures of the field from each "
            "format: whether it converts the file, the largest difference to its source on 64 inputs as a part of the "
            "largest result, and whether the float model and its int8 form are compiled into a rune that gives what "
            "the reference kernels give. Weights are random by seed; int8's ranges are those of random input.",
            _WIDTH,
        ),
        fill(
            f"Keras {tensorflow['keras']} and TensorFlow {tensorflow['tensorflow-cpu']} wrote the files of Keras, "
            f"SavedModel and TFLite. PyTorch {torch['torch'].partition('+')[0]} wrote the ONNX files and the `.pt2` "
            f"programs, of networks that are narrower; onnxruntime {onnx['onnxruntime']} and PyTorch give the answers "
            "of their sources. The reference kernels are those of ai-edge-litert "
            f"{version('ai-edge-litert')}. A `.tflite` file of floats is not converted, so it has no difference.",
            _WIDTH,
        ),
        "```\nmake lab\n"
        "PYTHON_OF_TENSORFLOW -m tests.support.models.architectures.formats.sources FOLDER\n"
        "PYTHON_OF_TORCH -m tests.support.models.architectures.formats.torch_sources --pt2 FOLDER\n"
        ".venv/bin/python -m tests.support.models.architectures.formats.trial FOLDER\n"
        ".venv/bin/python -m tests.support.models.architectures.formats.table FOLDER\n```",
        fill("`make prove` does the first steps and holds every row of this page to what they give.", _WIDTH),
        _summary(results),
        "## Models",
        fill(
            "Exact: compiled in, and every byte is the reference's. Within: compiled in, and every number is within "
            "the tolerance of floats ([how runes are verified](../adr/0015-verifying-a-rune.md)). Each run has new "
            "random inputs, so a float model may be exact in one run and within in the next. Host: the rune has its "
            "host run the model. Refused: the quantiser refuses the form.",
            _WIDTH,
        ),
        "\n".join([HEAD, "| --- | --- | --- | --- | --- | --- |", *_rows(results)]),
        "## Gaps",
        _gaps(results),
        fill(
            "TorchScript and pickled weights of PyTorch are not converted: the message says how to export the network.",
            _WIDTH,
        ),
    ]
    return "\n\n".join(blocks) + "\n"


def _summary(results: Trials) -> str:
    lines = [
        "| format | converted | largest difference | float32 compiled in | verified | int8 compiled in | verified |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for format_, words in FORMATS.items():
        own = [trial for (_, each), trial in results.items() if each == format_ and trial.is_run]
        successes = [trial for trial in own if not trial.reason]
        differences = [trial.difference for trial in successes if trial.difference is not None]
        counts = []
        for form in FORMS:
            verdicts = [trial.forms[form].verdict for trial in successes if form in trial.forms]
            counts += [
                sum(each in COMPILED for each in verdicts),
                sum(each in (ArchitectureVerdict.EXACT, ArchitectureVerdict.WITHIN) for each in verdicts),
            ]
        largest = f"{max(differences):.0e}" if differences else ""
        numbers = " | ".join(map(str, counts))
        lines.append(f"| {words} | {len(successes)} of {len(own)} | {largest} | {numbers} |")
    return "\n".join(lines)


def _rows(results: Trials) -> Iterator[str]:
    for (name, format_), trial in results.items():
        yield f"| {CHOSEN[name]} | {FORMATS[format_]} | " + " | ".join(cells_of(trial)) + " |"


def _gaps(results: Trials) -> str:
    by_reason: dict[tuple[str, str], list[str]] = {}
    for (name, format_), trial in results.items():
        for form, result, reason in _gaps_of(trial):
            model = f"{CHOSEN[name]} ({FORMATS[format_]}{form})"
            by_reason.setdefault((result, _first_line(reason)), []).append(model)
    if not by_reason:
        return "None: every file was converted, compiled in and verified, in both forms."
    lines = ["| result | reason | models |", "| --- | --- | --- |"]
    lines += [f"| {result} | {reason} | {', '.join(models)} |" for (result, reason), models in by_reason.items()]
    return "\n".join(lines)


def _gaps_of(trial: FormatTrial) -> Iterator[tuple[str, str, str]]:
    """The form, the result and the reason of each gap of a trial."""
    if not trial.is_run:
        yield "", SHORT[ArchitectureVerdict.NOT_RUN], "Not tried yet: `make prove` does."
    elif trial.reason:
        yield "", "not converted", trial.reason
    for form, outcome in trial.forms.items():
        if _is_gap(outcome):
            yield f" {form}", SHORT[outcome.verdict], outcome.reason


def _is_gap(outcome: ArchitectureOutcome) -> bool:
    return outcome.verdict not in (ArchitectureVerdict.EXACT, ArchitectureVerdict.WITHIN)


def _first_line(reason: str) -> str:
    line = reason.strip().partition("\n")[0][:_LONGEST_REASON]
    return line.replace("|", "\\|").replace("<", "&lt;")


def rows_of_the_page() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Architecture, format and the cells behind them, in words, of each row of the page."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    for line in lines[lines.index(HEAD) + 2 :]:
        if not line.startswith("|"):
            return
        architecture, format_, *rest = (cell.strip() for cell in line.strip("|").split("|"))
        yield architecture, format_, tuple(rest)


def main(arguments: Sequence[str]) -> int:
    results = {(name, format_): trial for name, format_, trial in trials(Path(arguments[0]))}
    PAGE.write_text(page(results), encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
