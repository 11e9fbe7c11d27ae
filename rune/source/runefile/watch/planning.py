"""Plans what the rune of a checked pipeline counts, from the Runefile, the types, and the file of edges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rune.blocks.meaning import UNKNOWN, Meaning
from rune.project.files import ProjectFiles
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Diagnostic
from rune.source.runefile.pipeline import Stage, Watch
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import FeatureSyntax, RunefileSyntax, StageSyntax
from rune.source.runefile.watch.classifier import Classifier, find_classifier, label_bins
from rune.source.runefile.watch.counted_parts import CountedParts, Feature
from rune.source.runefile.watch.file import WATCH_FILE, WatchedSamples, read_watch_file
from rune.source.runefile.watch.numbers import FEATURE_ELEMENTS, default_confidence_edges, default_feature_edges
from rune.tensor import TensorType
from rune.watch.layout import MOST_FEATURES, ConfidenceBins, FeatureBins, WatchLayout
from rune.wording import counted, quoted


def plan_watch(
    syntax: RunefileSyntax,
    stages: Sequence[Stage],
    type_of: Callable[[str, int], TensorType | None],
    meaning_of: Callable[[str, int], Meaning],
    files: ProjectFiles,
    report: DiagnosticReport,
) -> tuple[Watch | None, tuple[Diagnostic, ...]]:
    """Returns what the rune counts, and what is wrong with the project's file of edges. What the Runefile cannot have
    counted goes into `report`."""
    planner = WatchPlanner(syntax, stages, type_of, meaning_of, report)
    parts = planner.parts()
    return (None, ()) if report.has_errors else planner.watch(files, parts)


def counted_parts_in(
    syntax: RunefileSyntax,
    stages: Sequence[Stage],
    types: Mapping[str, Sequence[TensorType | None]],
    meanings: Mapping[str, Sequence[Meaning]],
) -> CountedParts:
    """Returns what a checked Runefile has its rune count, without the edges."""

    def type_of(name: str, index: int) -> TensorType | None:
        outputs = types.get(name, ())
        return outputs[index] if index < len(outputs) else None

    def meaning_of(name: str, index: int) -> Meaning:
        outputs = meanings.get(name, ())
        return outputs[index] if index < len(outputs) else UNKNOWN

    return WatchPlanner(syntax, stages, type_of, meaning_of, DiagnosticReport(WATCH_FILE)).parts()


class WatchPlanner:
    """Plans the counting of one Runefile, and reports what cannot be counted."""

    def __init__(
        self,
        syntax: RunefileSyntax,
        stages: Sequence[Stage],
        type_of: Callable[[str, int], TensorType | None],
        meaning_of: Callable[[str, int], Meaning],
        report: DiagnosticReport,
    ) -> None:
        self._syntax = syntax
        self._stages = stages
        self._type_of = type_of
        self._meaning_of = meaning_of
        self._report = report

    def parts(self) -> CountedParts:
        """Returns what is counted; reports each feature that cannot be."""
        features: list[Feature] = []
        stage_names = {stage.name for stage in self._stages}
        for stage in self._syntax.stages:
            for syntax in stage.watch:
                if len(features) == MOST_FEATURES:
                    message = f"At most {MOST_FEATURES} features are counted in a Runefile"
                    first = ", ".join(f"{each.stage} {each.syntax.statistic}" for each in features)
                    self._report.error(Code.WATCH, message, syntax.span, [f"They are {first}. Remove one."])
                    return CountedParts(self._classifier(), tuple(features))
                type_ = self._feature_type(stage, syntax) if stage.name.text in stage_names else None
                if type_ is not None:
                    features.append(Feature(stage.name.text, syntax, type_))
        return CountedParts(self._classifier(), tuple(features))

    def watch(self, files: ProjectFiles, parts: CountedParts) -> tuple[Watch | None, tuple[Diagnostic, ...]]:
        """Returns the bins, from the project's file of edges where it has one, and what is wrong with that file."""
        report = DiagnosticReport(WATCH_FILE)
        if not self._syntax.counts or (parts.classifier is None and not parts.features):
            return None, ()
        samples = read_watch_file(files, parts, report)
        return (None, report.diagnostics) if report.has_errors else (self._watch(parts, samples), ())

    def _watch(self, parts: CountedParts, samples: WatchedSamples | None) -> Watch | None:
        scores = None if parts.classifier is None else parts.classifier.port
        if samples is not None:
            return Watch(samples.layout, scores, samples.reference, samples.right)
        features = []
        for feature in parts.features:
            edges = default_feature_edges(feature.syntax.statistic, feature.type.element)
            if edges:
                features.append(feature.bins(edges))
                continue
            name = feature.bins(()).name
            message = f"{quoted(name)} is not counted: numbers of {feature.type.element} need edges from samples"
            notes = [f"Run `rune watch SAMPLES`, which writes them to {WATCH_FILE}."]
            self._report.warning(Code.UNCOUNTED_FEATURE, message, feature.syntax.span, notes)
        layout = default_layout(parts.classifier, features)
        return Watch(layout, scores) if any(layout.sizes) else None

    def _classifier(self) -> Classifier | None:
        return find_classifier(self._stages, self._type_of, self._meaning_of)

    def _feature_type(self, stage: StageSyntax, syntax: FeatureSyntax) -> TensorType | None:
        """The type of a feature's tensor; None where it was reported, or the stage is not known."""
        name = stage.name.text
        count = next((index for index in range(syntax.index + 1) if self._type_of(name, index) is None), None)
        type_ = self._type_of(name, syntax.index)
        if type_ is None:
            outputs = counted(count or 0, "output")
            message = f"{quoted(name)} has no output {syntax.index} to watch"
            fixes = [self._report.guess(syntax.span, str(syntax.statistic))] if count else []
            self._report.error(Code.WATCH, message, syntax.span, [f"It has {outputs}, counted from 0."], fixes)
            return None
        if type_.element in FEATURE_ELEMENTS and type_.is_fixed and type_.count:
            return type_
        elements = ", ".join(map(str, FEATURE_ELEMENTS))
        message = f"The {syntax.statistic} of {quoted(name)} cannot be counted: it gives {type_}"
        notes = [f"A tensor that is watched has elements of {elements}, and the same sizes in every run."]
        self._report.error(Code.WATCH, message, syntax.span, notes)
        return None


def default_layout(classifier: Classifier | None, features: Sequence[FeatureBins]) -> WatchLayout:
    """Returns the bins without samples."""
    if classifier is None:
        return WatchLayout(None, None, tuple(features))
    element, scale, zero_point = classifier.type.element, classifier.scale, classifier.zero_point
    edges = default_confidence_edges(element, scale, zero_point)
    return WatchLayout(label_bins(classifier.labels), ConfidenceBins(edges, scale, zero_point), tuple(features))
