"""Makes `rune.watch` of a project and its samples: edges of the training samples, and counts of the test samples."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rune.assessment.evaluation.errors import EvaluationImpossible
from rune.assessment.evaluation.labelled import EvaluationSplit, LabelledSample
from rune.assessment.evaluation.sample_runner import NO_RESOURCES, SampleRunner
from rune.assessment.watching.correct_answers import CorrectAnswers
from rune.assessment.watching.edges import quantiles, rounded, score_of, statistic_of
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.port import Port
from rune.project.files import FileError, FileMissing, ProjectFiles
from rune.running.runtime import Limits, LoadedRune, OutputTensor
from rune.running.runtime.errors import RuneError
from rune.source.runefile.check import CheckedRunefile, check
from rune.source.runefile.diagnostics import Severity
from rune.source.runefile.watch.classifier import Classifier, label_bins
from rune.source.runefile.watch.counted_parts import CountedParts
from rune.source.runefile.watch.file import WATCH_FILE, WatchedSamples, file_text
from rune.source.runefile.watch.planning import counted_parts_in
from rune.watch.counts import Counts
from rune.watch.layout import ConfidenceBins, WatchLayout
from rune.wording import plain


@dataclass(frozen=True)
class WatchResult:
    """The contents of the file, and the samples that were used or could not be read."""

    samples: WatchedSamples
    edge_samples: int
    """How many samples the edges come from."""
    has_training_samples: bool
    failures: Mapping[str, str]
    """The reasons why samples were left out, by their names."""

    @property
    def text(self) -> str:
        """The text of the file."""
        return file_text(self.samples)


@dataclass
class _SampleNumbers:
    """The numbers of the samples that edges are made from."""

    labels: Counter[int] = field(default_factory=Counter)
    scores: list[float] = field(default_factory=list)
    features: list[list[float]] = field(default_factory=list)


class WithoutFile:
    """A project's files but one."""

    def __init__(self, files: ProjectFiles, path: str) -> None:
        self._files = files
        self._path = path

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises `FileError`."""
        if path == self._path:
            raise FileMissing(path, "it is left out")
        return self._files.read(path)

    def paths(self) -> tuple[str, ...]:
        """The paths of all files."""
        return tuple(path for path in self._files.paths() if path != self._path)


class WithFile(WithoutFile):
    """A project's files, with another content of one."""

    def __init__(self, files: ProjectFiles, path: str, data: bytes) -> None:
        super().__init__(files, path)
        self._data = data

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises `FileError`."""
        return self._data if path == self._path else super().read(path)

    def paths(self) -> tuple[str, ...]:
        """The paths of all files."""
        return tuple(sorted({*super().paths(), self._path}))


def watch_project(
    files: ProjectFiles,
    options: BuildOptions,
    samples: Sequence[LabelledSample],
    *,
    limits: Limits | None = None,
    resources: Mapping[str, bytes] = NO_RESOURCES,
    progress: Callable[[int], None] = lambda _: None,
) -> WatchResult:
    """Runs a project on samples. The edges come from the training samples, or from all where there are none; the
    reference from the test samples. Calls `progress` with the number of finished samples.

    Raises `BuildFailed`, `EvaluationImpossible` where the project counts nothing or no sample can be run, and
    `RuneError` for a rune that does not load.
    """
    limits = limits or Limits()
    bare = WithoutFile(files, WATCH_FILE)
    checked_runefile = check(bare, options.blocks, runefile=options.runefile, host_resources=options.host_resources)
    parts = _counted_parts(checked_runefile)
    training = [sample for sample in samples if sample.split is EvaluationSplit.TRAIN]
    failures: dict[str, str] = {}
    edge_samples = training or list(samples)
    numbers = _numbers(bare, options, parts, edge_samples, limits, resources, failures, progress)
    layout = _layout(parts, numbers)
    digest = _digest(samples, failures)
    draft = WatchedSamples(layout, None, digest, 0)
    rune = build(WithFile(files, WATCH_FILE, file_text(draft).encode()), options).rune
    tests = [sample for sample in samples if sample.split is EvaluationSplit.TEST]
    runner = SampleRunner(rune, limits, resources)
    counts, run_count, correct_answers = Counts.empty(layout), 0, CorrectAnswers(parts.classifier, layout)
    for number, sample in enumerate(tests):
        sample_counts = _counts(runner, sample, failures)
        if sample_counts is not None:
            counts, run_count = counts + sample_counts, run_count + 1
            correct_answers.add(sample, sample_counts)
        progress(len(edge_samples) + number + 1)
    result = replace(
        draft, reference=counts if run_count else None, counted=run_count, right=correct_answers.count(counts)
    )
    return WatchResult(result, len(edge_samples) - len(failures), bool(training), failures)


def _counted_parts(checked_runefile: CheckedRunefile) -> CountedParts:
    pipeline = checked_runefile.pipeline
    if pipeline is None:
        errors = [each.message for each in checked_runefile.diagnostics if each.severity is Severity.ERROR]
        raise EvaluationImpossible(f"the project has errors: {'; '.join(errors[:3])}")
    parts = counted_parts_in(
        checked_runefile.syntax, pipeline.stages, checked_runefile.types, checked_runefile.meanings
    )
    if not checked_runefile.syntax.counts or (parts.classifier is None and not parts.features):
        raise EvaluationImpossible("it counts nothing: no classifier, no stage that watches, or `watch: off`")
    return parts


def _numbers(
    files: ProjectFiles,
    options: BuildOptions,
    parts: CountedParts,
    samples: Sequence[LabelledSample],
    limits: Limits,
    resources: Mapping[str, bytes],
    failures: dict[str, str],
    progress: Callable[[int], None],
) -> _SampleNumbers:
    """The numbers of all runs that answer, from a rune that sends its scores and what features are of."""
    scores = [] if parts.classifier is None else [parts.classifier.port]
    ports = [*scores, *(each.port for each in parts.features)]
    rune = build(files, replace(options, watched=tuple(ports))).rune
    runner = SampleRunner(rune, limits, resources)
    numbers = _SampleNumbers(features=[[] for _ in parts.features])
    for number, sample in enumerate(samples):
        try:
            for counting_rune in runner.runs(sample.read()):
                _add(numbers, parts, counting_rune)
        except (FileError, OSError, RuneError) as error:
            failures[sample.name] = plain(str(error), 200)
        progress(number + 1)
    if not any(numbers.features) and not numbers.scores:
        raise EvaluationImpossible("the rune answered on none of the samples")
    return numbers


def _add(numbers: _SampleNumbers, parts: CountedParts, rune: LoadedRune) -> None:
    """Adds the numbers of a run, unless a part of it waits for more input."""
    tensors: dict[Port, OutputTensor] = {port: message.tensors[0] for port, message in rune.watched.items()}
    ports = [each.port for each in parts.features]
    if not all(port in tensors for port in ports):
        return
    if parts.classifier is not None:
        if parts.classifier.port not in tensors:
            return
        scores = tensors[parts.classifier.port]
        score = score_of(scores)
        if score is None:
            return
        numbers.scores.append(score)
        numbers.labels[[float(each) for each in scores.elements].index(score)] += 1
    for values, feature in zip(numbers.features, parts.features, strict=True):
        values.append(statistic_of(tensors[feature.port], feature.syntax.statistic))


def _layout(parts: CountedParts, numbers: _SampleNumbers) -> WatchLayout:
    features = tuple(
        feature.bins(rounded(quantiles(values)))
        for feature, values in zip(parts.features, numbers.features, strict=True)
    )
    classifier = parts.classifier
    if classifier is None:
        return WatchLayout(None, None, features)
    labels = label_bins(classifier.labels, _frequent(classifier, numbers.labels))
    edges = quantiles(numbers.scores)
    return WatchLayout(labels, ConfidenceBins(edges, classifier.scale, classifier.zero_point), features)


def _frequent(classifier: Classifier, counts: Counter[int]) -> Sequence[str]:
    """The labels that have bins of their own where there are too many: those that were answered most."""
    answers = Counter[str]()
    for index, label in enumerate(classifier.labels):
        answers[label[:200]] += counts[index]
    return [label for label, _ in answers.most_common(11)]


def _counts(runner: SampleRunner, sample: LabelledSample, failures: dict[str, str]) -> Counts | None:
    """The counts of a sample; None where it cannot be run."""
    counts: Counts | None = None
    try:
        for rune in runner.runs(sample.read()):
            sample_counts = rune.take_counts()
            counts = sample_counts if counts is None or sample_counts is None else counts + sample_counts
    except (FileError, OSError, RuneError) as error:
        failures[sample.name] = plain(str(error), 200)
        return None
    return counts


def _digest(samples: Sequence[LabelledSample], failures: Mapping[str, str]) -> str:
    """The digest of all samples that could be read: of their names, labels, splits and bytes."""
    whole = hashlib.sha256()
    for sample in sorted(samples, key=lambda each: each.name):
        if sample.name in failures:
            continue
        data = hashlib.sha256(sample.read()).hexdigest()
        whole.update(f"{sample.name}\0{sample.label}\0{sample.split}\0{data}\n".encode())
    return f"sha256:{whole.hexdigest()}"
