"""`rune evaluate`: how good a rune, or what a project builds, is on labelled samples."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from rune.assessment.evaluation.errors import EvaluationImpossible
from rune.assessment.evaluation.evaluating import EvaluationEffort, evaluate
from rune.assessment.evaluation.evaluation import Evaluation
from rune.assessment.evaluation.imported_rows import as_imported
from rune.assessment.evaluation.junit import junit_xml
from rune.assessment.evaluation.labelled import EvaluationSplit
from rune.assessment.evaluation.policy_figures import with_evaluation
from rune.assessment.evaluation.streams import Listening
from rune.assessment.evaluation.trials.background import BackgroundTrial
from rune.assessment.evaluation.trials.background_trial import background_trial
from rune.assessment.evaluation.wording import lines
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.spec import RUNE_TARGET
from rune.compiler.targets.lookup import find_target
from rune.running.runtime import Limits
from rune.running.runtime.errors import RuneError
from rune.running.runtime.measure import measure
from rune.source.policy import Figure, Judgement, Limit, LimitKind, MeasuredFigures, Policy, judge
from rune.source.policy.quantities import share_of_percent
from rune.source.policy.wording import judgement_sentence, limit_name
from rune.source.policy.wording import lines as limit_lines
from rune.source.runefile import Severity
from rune.tools.cli.assessment.labelled_samples import LEARNED_NOTE, divided, has_learned_from, open_samples
from rune.tools.cli.failure import CommandFailed, command_failure
from rune.tools.cli.files.allow_outside import allow_outside_option
from rune.tools.cli.files.input_file import read_input_file
from rune.tools.cli.files.policy import preferred_profile, preferred_variant, require_policy, target_figures
from rune.tools.cli.files.project import WASM_MAGIC, ProjectOnDisk, project_of, show_diagnostics
from rune.tools.cli.running.input_options import limit_options
from rune.tools.cli.running.interruptible import interruptible
from rune.tools.cli.running.resource_options import require_resources, resources_from_options
from rune.tools.cli.terminal.printing import print_json
from rune.tools.cli.terminal.progress import progress
from rune.wording import counted, plain

_EVERY = "all"
_DEFAULT = Listening()
_MOST_NOTES = 3
"""The greatest number of samples whose rows are described one by one."""
_ANSWER_KINDS = (LimitKind.ACCURACY, LimitKind.RECALL, LimitKind.FALSE_ALARMS)
"""The kinds of limits that are about answers."""


@click.command()
@click.argument("subject", default=Path(), type=click.Path(exists=True, path_type=Path))
@click.option(
    "--samples",
    "samples_path",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="FOLDER|CSV|ZIP",
    help="A folder or zip with a folder for each label, or a CSV with the columns file and label.",
)
@click.option(
    "--split",
    type=click.Choice([*(split.value for split in EvaluationSplit), _EVERY]),
    default=EvaluationSplit.TEST.value,
    show_default=True,
    help="Which samples to run. A sample without a split is one for testing.",
)
@click.option(
    "--least-accuracy",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="End with status 1 when fewer samples are right.",
)
@click.option(
    "--most-false-alarms",
    type=click.FloatRange(min=0),
    metavar="AN_HOUR",
    help="End with status 1 when long recordings give more false alarms an hour.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=600.0,
    show_default=True,
    help="Start no sample after this time.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=_DEFAULT.threshold,
    show_default=True,
    help="In long recordings, a label counts as detected when its mean score is above this.",
)
@click.option(
    "--mean-of",
    type=click.IntRange(1, 100),
    default=_DEFAULT.mean_of,
    show_default=True,
    help="In long recordings, how many windows the mean is of.",
)
@click.option(
    "--refractory",
    type=click.FloatRange(min=0),
    default=_DEFAULT.refractory,
    show_default=True,
    metavar="SECONDS",
    help="In long recordings, the time in which a label is not detected again.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    default=_DEFAULT.tolerance,
    show_default=True,
    metavar="SECONDS",
    help="In long recordings, how late after its end an event may be detected.",
)
@click.option("--file-resource", "file_resources", multiple=True, metavar="NAME=PATH", help="A resource from a file.")
@click.option("--string-resource", "string_resources", multiple=True, metavar="NAME=VALUE", help="A resource as text.")
@limit_options
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit"]),
    default="text",
    show_default=True,
    help="How to print it; junit is the XML that CI services show.",
)
@allow_outside_option
def command(
    subject: Path,
    samples_path: Path,
    split: str,
    least_accuracy: float | None,
    most_false_alarms: float | None,
    seconds: float,
    threshold: float,
    mean_of: int,
    refractory: float,
    tolerance: float,
    file_resources: Sequence[str],
    string_resources: Sequence[str],
    limits: Limits,
    form: str,
) -> None:
    """Run the rune SUBJECT, or what a project builds, on labelled samples, and count what is right.

    Prints the accuracy with its 95 % interval, precision and recall of each label, the confusion matrix, and the worst
    samples. Sounds that are longer than the rune's window are evaluated as streams: hits, and false alarms an hour.
    A rune with labels that reads sound is also tried on built-in silence, noise and tones.

    A CSV whose column of times has another rate than most samples is resampled, as an import does it, and named.

    The limits that a project's forge.yml states are judged too, with the size, the memory and the inference time.

    The exit status is 1 when a limit is missed or cannot be judged, and when no sample could be run. A wrong answer
    alone leaves it 0.
    """
    resources = resources_from_options(file_resources, string_resources)
    data, name, policy = _rune_of(subject)
    require_resources(data, resources)
    row_notes: dict[str, str] = {}
    listening = replace(_DEFAULT, threshold=threshold, mean_of=mean_of, refractory=refractory, tolerance=tolerance)
    with open_samples(samples_path) as read_samples:
        all_samples = read_samples if policy is None else divided(policy.project, samples_path, read_samples)
        samples = [sample for sample in all_samples if split in (_EVERY, sample.split.value)]
        if not samples:
            raise CommandFailed(
                f'"{samples_path}" has no samples of the split {split}; '
                f"it has {counted(len(all_samples), 'other sample')}"
            )
        with progress(f"Evaluating {name}") as progress_line:

            def news(count: int) -> None:
                if progress_line is not None:
                    progress_line.text = f"Evaluating {name}, {count} of {counted(len(samples), 'sample')}"

            try:
                evaluation = interruptible(
                    lambda: evaluate(
                        data,
                        as_imported(samples, row_notes.__setitem__),
                        effort=EvaluationEffort(seconds, limits),
                        listening=listening,
                        resources=resources,
                        progress=news,
                    )
                )
                if progress_line is not None:
                    progress_line.text = f"Trying {name} on silence, noise and tones"
                background = interruptible(lambda: background_trial(data, limits=limits, resources=resources))
            except (EvaluationImpossible, RuneError) as error:
                raise command_failure(f"Unable to evaluate {name}", error) from error
    has_learned = policy is not None and has_learned_from(policy.project, samples_path, all_samples)
    judgements = (
        ()
        if policy is None
        else judge(policy.policy, _with_evaluation(_figures(data, policy, limits), evaluation, has_learned=has_learned))
    )
    _print(evaluation, background, judgements, name, form)
    for note in _row_notes(row_notes):
        click.echo(f"Note: {note}", err=True)
    if has_learned:
        click.echo(f"Note: {LEARNED_NOTE}.", err=True)
    options = _limits(least_accuracy, most_false_alarms)
    missed_limits = list(_missed_limits(evaluation, options, has_learned=has_learned))
    if missed_limits:
        click.echo("\n".join(missed_limits), err=True)
    if missed_limits or not all(each.outcome.passes for each in judgements):
        sys.exit(1)


def _row_notes(notes: Mapping[str, str]) -> Iterator[str]:
    """Yields a sentence for each of the first samples that have a note, and one that counts the others."""
    for name in sorted(notes)[:_MOST_NOTES]:
        yield f"{plain(name)}: {notes[name]}"
    if len(notes) > _MOST_NOTES:
        yield f"{counted(len(notes) - _MOST_NOTES, 'further sample')} with a note on its rows."


@dataclass(frozen=True)
class _BuiltProject:
    """A project that was built: its policy, the bytes of memory that it plans, and the project."""

    policy: Policy
    memory: int
    project: ProjectOnDisk


def _with_evaluation(figures: MeasuredFigures, evaluation: Evaluation, *, has_learned: bool) -> MeasuredFigures:
    """The figures with those of an evaluation, or with the reason why it gives none."""
    if has_learned:
        return replace(figures, reasons={**figures.reasons, **dict.fromkeys(_ANSWER_KINDS, f"{LEARNED_NOTE}.")})
    return with_evaluation(figures, evaluation)


def _figures(data: bytes, project: _BuiltProject, limits: Limits) -> MeasuredFigures:
    """All that the policy may limit but answers. Time, and what targets need, are measured only where they are
    limited."""
    figures = MeasuredFigures(len(data), project.memory, targets=target_figures(project.project, project.policy))
    if not any(each.kind is LimitKind.INFERENCE_TIME for each in project.policy.limits):
        return figures
    try:
        time = measure(data, limits=limits)
    except RuneError as error:
        return replace(figures, reasons={LimitKind.INFERENCE_TIME: f"The inference time was not measured: {error}"})
    return replace(figures, time=Figure(time.milliseconds, time.low, time.high, time.runs))


def _rune_of(subject: Path) -> tuple[bytes, str, _BuiltProject | None]:
    """The bytes of a rune, read or built, its name, and the built project if there is one."""
    if subject.is_file():
        data = read_input_file(subject)
        if data.startswith(WASM_MAGIC):
            return data, subject.name, None
    project = project_of(subject)
    policy = require_policy(project.files)
    try:
        target = preferred_variant(find_target(RUNE_TARGET), policy)
        profile = preferred_profile(None, policy)
        result = build(
            project.files, BuildOptions(project.name, runefile=project.runefile, target=target, profile=profile)
        )
        return result.rune, project.name, _BuiltProject(policy, result.report.memory.planned, project)
    except BuildFailed as failure:
        show_diagnostics(failure.diagnostics, project.files)
        count = sum(diagnostic.severity is Severity.ERROR for diagnostic in failure.diagnostics)
        raise CommandFailed(f"{project.name} has {counted(count, 'error')}") from failure
    except CompileError as error:
        raise command_failure(f"Unable to compile {project.name}", error) from error


def _print(
    evaluation: Evaluation, background: BackgroundTrial | None, judgements: Sequence[Judgement], name: str, form: str
) -> None:
    if form == "json":
        limits = [each.to_json() for each in judgements]
        trial = None if background is None else background.to_json()
        print_json({**evaluation.to_json(), "background": trial, "limits": limits})
    elif form == "junit":
        click.echo(junit_xml(evaluation, name, judgements), nl=False)
    else:
        limit_text = list(limit_lines(judgements))
        background_text = [] if background is None else ["", background.sentence]
        click.echo("\n".join([*lines(evaluation), *background_text, *([""] if limit_text else []), *limit_text]))


def _limits(least_accuracy: float | None, most_false_alarms: float | None) -> Iterator[Limit]:
    """The limits of the options."""
    if least_accuracy is not None:
        yield Limit(LimitKind.ACCURACY, share_of_percent(least_accuracy))
    if most_false_alarms is not None:
        yield Limit(LimitKind.FALSE_ALARMS, most_false_alarms)


def _missed_limits(evaluation: Evaluation, limits: Iterable[Limit], *, has_learned: bool = False) -> Iterator[str]:
    """A sentence for each limit that is missed or could not be judged."""
    if not evaluation.outcomes:
        yield "No sample could be run."
        return
    figures = MeasuredFigures(0, 0, reasons={LimitKind.ACCURACY: "No sample has one answer."})
    for each in judge(Policy(tuple(limits)), _with_evaluation(figures, evaluation, has_learned=has_learned)):
        if not each.outcome.passes:
            yield f"{limit_name(each.limit)}: {judgement_sentence(each)}"
