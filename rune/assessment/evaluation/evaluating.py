"""Runs a rune on labelled samples.

Each sample runs on a fresh rune, so that no state is carried from one sample to the next.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rune.assessment.evaluation.answers import AnswerReader, ScoredLabel
from rune.assessment.evaluation.errors import NothingSent
from rune.assessment.evaluation.evaluation import Evaluation, SampleOutcome, UnreadSample
from rune.assessment.evaluation.labelled import LabelledSample, RecordedEvent, same_label
from rune.assessment.evaluation.reasons import ReasonOf, reason_in_full
from rune.assessment.evaluation.sample_runner import NO_RESOURCES, SampleRunner
from rune.assessment.evaluation.streams import Detection, Listening, detections, is_background, match_events
from rune.assessment.evaluation.windows import Windows
from rune.project.files import FileError
from rune.running.runtime import Limits, LoadedRune
from rune.running.runtime.errors import InputError, RuneError


def _no_news(_: int) -> None:
    """Stands in for the progress of callers that show no progress."""


@dataclass(frozen=True)
class EvaluationEffort:
    """The time that all runs together may take, in seconds, and the limits of each."""

    seconds: float = 600.0
    limits: Limits = field(default_factory=Limits)


def evaluate(
    data: bytes,
    samples: Sequence[LabelledSample],
    *,
    effort: EvaluationEffort | None = None,
    listening: Listening | None = None,
    resources: Mapping[str, bytes] = NO_RESOURCES,
    progress: Callable[[int], None] = _no_news,
    reason_of: ReasonOf = reason_in_full,
) -> Evaluation:
    """Runs a rune on each sample until the time is over. Calls `progress` with the number of finished samples; its own
    time does not count.

    Labels take turns, so that what an early end leaves out is of no label in particular. A sample that cannot be read
    is listed and counts for nothing; one on which the rune fails counts as wrong. `reason_of` writes why. Raises
    `EvaluationImpossible`, and `RuneError` for a rune that does not load.
    """
    effort = effort or EvaluationEffort()
    spent_seconds = 0.0
    trial = _Trial(data, effort.limits, listening or Listening(), resources, reason_of)
    outcomes: list[SampleOutcome] = []
    unread_samples: list[UnreadSample] = []
    interleaved_samples = list(_interleaved_by_label(samples))
    for number, sample in enumerate(interleaved_samples):
        if spent_seconds > effort.seconds:
            break
        start = time.monotonic()
        try:
            outcomes.append(trial.of(sample))
        except (FileError, OSError, InputError) as error:
            unread_samples.append(UnreadSample(sample.name, reason_of(error)))
        spent_seconds += time.monotonic() - start
        progress(number + 1)
    unreached_count = len(interleaved_samples) - len(outcomes) - len(unread_samples)
    outcomes.sort(key=lambda each: each.name)
    unread_samples.sort(key=lambda each: each.name)
    return Evaluation(trial.labels, tuple(outcomes), tuple(unread_samples), unreached_count)


def answer_each(
    data: bytes,
    samples: Iterable[LabelledSample],
    *,
    effort: EvaluationEffort | None = None,
    reason_of: ReasonOf = reason_in_full,
) -> Iterator[tuple[str, ScoredLabel | str]]:
    """Yields each sample's name with the rune's answer, or with the reason why there is none, until the time is over.
    `reason_of` writes the reason.

    A recording of several windows is answered by its label with the highest score, `background` labels aside; its
    scores are those of the windows on average. Raises `EvaluationImpossible`, and `RuneError` for a rune that does not
    load.
    """
    effort = effort or EvaluationEffort()
    trial = _Trial(data, effort.limits, Listening(), NO_RESOURCES, reason_of)
    start = time.monotonic()
    for sample in samples:
        if time.monotonic() - start > effort.seconds:
            return
        try:
            yield sample.name, trial.answer_of(sample)
        except (FileError, OSError, InputError, RuneError) as error:
            yield sample.name, reason_of(error)


def called_each(
    data: bytes,
    samples: Iterable[LabelledSample],
    *,
    effort: EvaluationEffort | None = None,
    resources: Mapping[str, bytes] = NO_RESOURCES,
    listening: Listening | None = None,
) -> Iterator[tuple[str, ScoredLabel | None]]:
    """Yields each sample's name with the label that an app would have called most surely in it, and its mean score, or
    with None where it would have called nothing, until the time is over. A sample on which the rune fails is left out.

    Raises `EvaluationImpossible`, and `RuneError` for a rune that does not load.
    """
    effort = effort or EvaluationEffort()
    trial = _Trial(data, effort.limits, listening or Listening(), resources, reason_in_full)
    start = time.monotonic()
    for sample in samples:
        if time.monotonic() - start > effort.seconds:
            return
        try:
            yield sample.name, trial.called_in(sample)
        except NothingSent:
            yield sample.name, None
        except RuneError:
            continue


def _interleaved_by_label(samples: Sequence[LabelledSample]) -> Iterator[LabelledSample]:
    waiting: dict[str, deque[LabelledSample]] = defaultdict(deque)
    for sample in sorted(samples, key=lambda each: (same_label(each.label), each.name)):
        waiting[sample.label].append(sample)
    queues = deque(waiting.values())
    while queues:
        queue = queues.popleft()
        yield queue.popleft()
        if queue:
            queues.append(queue)


class _Trial:
    """One rune, compiled once and started for each sample."""

    def __init__(
        self,
        data: bytes,
        limits: Limits,
        listening: Listening,
        resources: Mapping[str, bytes],
        reason_of: ReasonOf,
    ) -> None:
        self._reason_of = reason_of
        self._listening = listening
        self._runner = SampleRunner(data, limits, resources, listening.hops)
        self._reader = AnswerReader(data, self._runner.outputs, resources)
        self.labels = self._reader.labels
        self._spelling = {same_label(label): label for label in self.labels}

    def of(self, sample: LabelledSample) -> SampleOutcome:
        """Raises `FileError`, `OSError` and `InputError` for a sample that cannot be read."""
        windows = self._runner.windows(sample.read())
        label = self._spelling_of(sample.label)
        try:
            windows, answers = self._answers(windows)
        except InputError:
            raise
        except RuneError as error:
            return _failed_outcome(sample, label, windows, self._reason_of(error))
        if sample.events is None and not windows.is_stream:
            return self._clip(sample.name, label, answers[0])
        return self._stream(sample, label, windows, answers)

    def called_in(self, sample: LabelledSample) -> ScoredLabel | None:
        """Returns the label that is called most surely in a sample; without scores where the rune sends none. Raises
        `FileError`, `OSError`, `InputError` and `RuneError`."""
        windows, answers = self._answers(self._runner.windows(sample.read()))
        all_detections = detections([answer.votes for answer in answers], windows.ends, self._listening)
        if not all_detections:
            return None
        surest = max(all_detections, key=lambda each: each.score)
        has_scores = any(answer.scores for answer in answers)
        return ScoredLabel(surest.label, {surest.label: surest.score} if has_scores else {})

    def answer_of(self, sample: LabelledSample) -> ScoredLabel:
        """Raises `FileError`, `OSError`, `InputError` and `RuneError`."""
        windows, answers = self._answers(self._runner.windows(sample.read()))
        if len(answers) == 1:
            return answers[0]
        all_detections = detections([answer.votes for answer in answers], windows.ends, self._listening)
        return ScoredLabel(_answer_of_all(all_detections, answers), _mean_scores(answers))

    def _answers(self, windows: Windows) -> tuple[Windows, list[ScoredLabel]]:
        """The answers of the rune, and their windows: one that takes a stream does in some runs only. A
        sample that fills no window is followed by silence."""
        with self._runner.started() as rune:
            answers = [(end, self._answer(rune, data)) for end, data in zip(windows.ends, windows.data, strict=True)]
            timed_answers = [(end, answer) for end, answer in answers if answer is not None]
            for silence in windows.silences if self._runner.is_stream else ():
                if timed_answers:
                    break
                answer = self._answer(rune, silence)
                timed_answers += [] if answer is None else [(windows.ends[-1], answer)]
        if not timed_answers:
            raise NothingSent("the rune sends nothing for this sample")
        return replace(windows, ends=tuple(end for end, _ in timed_answers)), [answer for _, answer in timed_answers]

    def _answer(self, rune: LoadedRune, data: bytes) -> ScoredLabel | None:
        """Returns the answer; None in a run that completes no window of a stream."""
        messages = self._runner.call(rune, data)
        if rune.is_incomplete:
            return None
        answer = self._reader.read(messages)
        return ScoredLabel(self._spelling_of(answer.label), answer.scores)

    def _spelling_of(self, label: str) -> str:
        """A label as the rune writes it."""
        return self._spelling.get(same_label(label), " ".join(label.split()))

    def _clip(self, name: str, label: str, answer: ScoredLabel) -> SampleOutcome:
        others = [score for other, score in answer.scores.items() if other != label]
        margin = answer.scores[label] - max(others, default=0.0) if label in answer.scores else None
        return SampleOutcome(name, label, answer.label, margin)

    def _stream(
        self, sample: LabelledSample, label: str, windows: Windows, answers: Sequence[ScoredLabel]
    ) -> SampleOutcome:
        """A recording of several windows. Without marks its label holds for all of it, and what was called loudest is
        its answer; where nothing was called, what most windows answered, of the labels that mean nothing where there
        are such."""
        all_detections = detections([answer.votes for answer in answers], windows.ends, self._listening)
        result = match_events(_events(sample, label), all_detections, self._listening.tolerance)
        return SampleOutcome(
            sample.name,
            label,
            None if sample.events is not None else _answer_of_all(all_detections, answers),
            events=len(result.hits),
            hits=sum(result.hits),
            false_alarms=len(result.false_alarms),
            seconds=windows.seconds,
            is_marked=sample.events is not None,
        )


def _events(sample: LabelledSample, label: str) -> tuple[RecordedEvent, ...]:
    """The marked events of a recording. One without marks is an event itself, unless its label means that nothing is
    there."""
    if sample.events is not None:
        return sample.events
    return () if is_background(label) or not label else (RecordedEvent(label, 0.0, math.inf),)


def _failed_outcome(sample: LabelledSample, label: str, windows: Windows, failure: str) -> SampleOutcome:
    """The outcome of a sample on which the rune fails: it found none of the events."""
    if sample.events is None and not windows.is_stream:
        return SampleOutcome(sample.name, label, None, failure=failure)
    return SampleOutcome(
        sample.name,
        label,
        None,
        failure=failure,
        events=len(_events(sample, label)),
        seconds=windows.seconds,
        is_marked=sample.events is not None,
    )


def _mean_scores(answers: Sequence[ScoredLabel]) -> Mapping[str, float]:
    labels = dict.fromkeys(label for answer in answers for label in answer.scores)
    return {label: sum(answer.scores.get(label, 0.0) for answer in answers) / len(answers) for label in labels}


def _answer_of_all(all_detections: Sequence[Detection], answers: Sequence[ScoredLabel]) -> str:
    if all_detections:
        return max(all_detections, key=lambda each: each.score).label
    labels = [answer.label for answer in answers]
    quiet = [label for label in labels if is_background(label)] or labels
    return max(dict.fromkeys(quiet), key=quiet.count)
