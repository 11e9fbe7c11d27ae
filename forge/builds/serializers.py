"""Builds, logs and previews as JSON, for the API and the sockets."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict, cast

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.builds.choices import MannerJson, choices_of_build, manner_to_json
from forge.builds.evaluations.limits import JudgedLimitJson, judged_to_json, judgements_of
from forge.builds.evaluations.outcomes import EvaluationSummaryJson
from forge.builds.models import Build, BuildPackage, BuildTrigger, Preview, PreviewState
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.datasets.serializers import NamedDataVersionJson, named_version_to_json
from forge.jobs.models import JobLogLine, JobState
from rune.compiler.building.report import ToolchainReportJson
from rune.compiler.verify.verification import VerificationJson
from rune.devices.boards.describing import NeedsJson
from rune.source.policy.policy import PolicyJson
from rune.source.runefile import DiagnosticJson, OutlineJson

BuildStateJson = Annotated[str, choices("JobState", JobState.values)]
PreviewStateJson = Annotated[str, choices("PreviewState", PreviewState.values)]


class BuiltVersionJson(TypedDict):
    """The version that was built; a preview's has no number."""

    number: int | None
    digest: str


class MeasurementJson(TypedDict):
    """The median of `runs` runs in milliseconds, and its quartiles, which builds of before lack."""

    milliseconds: float
    runs: int
    low: NotRequired[float]
    high: NotRequired[float]


class BuildReportJson(ToolchainReportJson):
    """The report of a build. `run` is null where the server could not run the rune, and `policy` where there is no
    `forge.yml`; a preview's has none of these."""

    policy: NotRequired[PolicyJson | None]

    verify: NotRequired[VerificationJson]
    run: NotRequired[MeasurementJson | None]


class BuildPackageJson(TypedDict):
    """A package that a build was asked for. Without a `url` there is none: `refusal` says why, or it is made later."""

    target: str
    job: Annotated[Uuid, "the job that makes it, once the build has succeeded"]
    state: BuildStateJson
    size: int | None
    digest: str | None
    needs: NeedsJson | None
    refusal: str | None
    url: str | None


class BuildJson(TypedDict):
    """A build. `manner` is what the project had chosen when it was asked for, or what its `forge.yml` says."""

    id: Uuid
    job: Annotated[Uuid | None, "the job that makes it; null for a preview"]
    number: int | None
    kind: Annotated[str, choices("BuildKind", BuildTrigger.values)]
    state: BuildStateJson
    attempt: int
    version: BuiltVersionJson
    manner: MannerJson
    requested_by: PersonJson | None
    created: Timestamp
    started: Timestamp | None
    finished: Timestamp | None
    report: BuildReportJson | None
    data: Annotated[NamedDataVersionJson | None, "the version of the data that it is tested on"]
    evaluation: EvaluationSummaryJson | None
    packages: list[BuildPackageJson]
    limits: list[JudgedLimitJson]
    diagnostics: list[DiagnosticJson]
    error: str | None
    url: str | None
    rune_url: str | None


class LogLineJson(TypedDict):
    """A line of a build's log."""

    number: int
    step: str
    text: str
    milliseconds: float | None
    level: str


class BuildLogJson(TypedDict):
    """A build's log."""

    lines: list[LogLineJson]


class PreviewBuildJson(TypedDict):
    """The rune of a preview. Its memory is what a run needs, in bytes."""

    id: Uuid
    version: str
    rune_url: str
    rune_digest: str
    size: int
    memory: int
    created: Timestamp


class PreviewJson(TypedDict):
    """The state of the newest text. `build` is the last good one, which may be of an older text."""

    sequence: int
    state: PreviewStateJson
    diagnostics: list[DiagnosticJson]
    outline: OutlineJson
    current: Annotated[bool, "whether the running rune is of this text"]
    error: str | None
    build: PreviewBuildJson | None


class WireJson(TypedDict):
    """The type on a wire from a stage, by the number of the output."""

    stage: str
    index: int


class NamedFixJson(TypedDict):
    """A fix of the newest text: of which diagnostic of that code, and which of its fixes, both from 0."""

    code: str
    place: int
    choice: int


class TestProblemJson(TypedDict):
    """Why a test failed, and where."""

    file: str
    line: int
    message: str


class GaveJson(TypedDict):
    """All bytes that a block's outputs had in the runs of a test: their count, their CRC-32, and up to 1,024 of the
    first as hexadecimal digits."""

    count: int
    sum: int
    first: str


class CompiledTestJson(TypedDict):
    """A test that ran compiled; `problem` is null where it passed, and `name` empty where the file has a problem.
    `gave` is null where it did not come to its end."""

    name: str
    line: int
    problem: TestProblemJson | None
    gave: GaveJson | None


class CompiledTestsJson(TypedDict):
    """The results of compiled tests of a file, and their duration including compilation."""

    tests: list[CompiledTestJson]
    milliseconds: float


class WatchJson(TypedDict):
    """The watched or tested file, and the last rune that shows it. `tests` are the results of requested tests."""

    id: Uuid
    wires: list[WireJson]
    timed: bool
    fix: NamedFixJson | None
    tests: CompiledTestsJson | None
    state: PreviewStateJson
    error: str | None
    build: PreviewBuildJson | None


class BuildsStateJson(TypedDict):
    """The part of a project's state that builds tell. `targets` are those that later builds make packages for."""

    preview: PreviewJson
    builds: list[BuildJson]
    targets: list[str]


def build_url(build: Build) -> str | None:
    """The page of a build; previews have none."""
    return f"{build.project.get_absolute_url()}/builds/{build.number}" if build.number else None


def rune_url(build: Build) -> str:
    """Where a member reads the build's rune, once it has one."""
    return f"/api/v1/builds/{build.pk}/rune"


def package_url(package: BuildPackage) -> str:
    """Where a member reads a package that is there."""
    return f"/api/v1/builds/{package.build_id}/packages/{package.target}"


def package_to_json(package: BuildPackage) -> BuildPackageJson:
    """A package. Reads its artefact."""
    artefact = package.artefact
    return {
        "target": package.target,
        "job": str(package.job_id),
        "state": package.state,
        "size": artefact.size if artefact else None,
        "digest": artefact.digest if artefact else None,
        "needs": cast("NeedsJson | None", package.needs),
        "refusal": package.refusal or None,
        "url": package_url(package) if artefact else None,
    }


def build_to_json(build: Build) -> BuildJson:
    """A build. Reads its project with organisation, its versions of files and data, artefact, packages and the person
    who asked."""
    return {
        "id": str(build.pk),
        "job": str(build.job_id) if build.job_id else None,
        "number": build.number,
        "kind": build.kind,
        "state": build.state,
        "attempt": build.attempt,
        "version": {"number": build.version.number if build.version else None, "digest": build.version_digest},
        "manner": manner_to_json(choices_of_build(build)),
        "requested_by": person_to_json(build.requested_by) if build.requested_by else None,
        "created": build.created.isoformat(),
        "started": build.started.isoformat() if build.started else None,
        "finished": build.finished.isoformat() if build.finished else None,
        "report": _report(build),
        "data": named_version_to_json(build.data_version, build.project) if build.data_version else None,
        "evaluation": cast("EvaluationSummaryJson | None", build.evaluation),
        "packages": [package_to_json(each) for each in build.packages.all()],
        "limits": [judged_to_json(each) for each in judgements_of(build)],
        "diagnostics": build.diagnostics,
        "error": build.error or None,
        "url": build_url(build),
        "rune_url": rune_url(build) if build.artefact_id else None,
    }


def _report(build: Build) -> BuildReportJson | None:
    """The artefact's report, with what was measured for this build. The map of its memory is for the page alone, its
    kernels are for the command."""
    if build.artefact is None:
        return None
    parts = {name: part for name, part in build.artefact.report.items() if name not in ("memory_map", "kernels")}
    report = cast("BuildReportJson", parts)
    return {**report, "run": build.measurement} if "run" in report else report


def log_line_to_json(line: JobLogLine) -> LogLineJson:
    """A line of a log."""
    return {
        "number": line.number,
        "step": line.step,
        "text": line.text,
        "milliseconds": line.milliseconds,
        "level": line.level,
    }


def preview_to_json(preview: Preview | None) -> PreviewJson:
    """A project's preview, read with its project; None stands for one that nobody looked at yet."""
    if preview is None:
        return {
            "sequence": 0,
            "state": PreviewState.CHECKING.value,
            "diagnostics": [],
            "outline": {"nodes": [], "wires": []},
            "current": False,
            "error": None,
            "build": None,
        }
    return {
        "sequence": preview.sequence,
        "state": preview.state,
        "diagnostics": preview.diagnostics,
        "outline": cast("OutlineJson", preview.outline) if preview.outline else {"nodes": [], "wires": []},
        "current": preview.is_current,
        "error": preview.error or None,
        "build": good_build_to_json(preview.build),
    }


def good_build_to_json(build: Build | None) -> PreviewBuildJson | None:
    """The rune of a preview, where there is one."""
    if build is None or build.artefact is None:
        return None
    return {
        "id": str(build.pk),
        "version": build.version_digest,
        "rune_url": rune_url(build),
        "rune_digest": build.artefact.digest,
        "size": build.artefact.size,
        "memory": build.artefact.planned_memory,
        "created": build.created.isoformat(),
    }


_BROKEN = "The Runefile has a problem. Fix it to watch its wires."
BROKEN_BY_CHANGES = "With these changes the Runefile has a problem."
_BROKEN_FOR_TEACHING = "The Runefile has a problem. Fix it in the studio first."
_BROKEN_BY_FIX = "With this answer the Runefile has a problem."


def watch_to_json(watch: Preview) -> WatchJson:
    """Returns the watched or tested file as JSON, with the last rune that shows it."""
    broken = _BROKEN if watch.fix is None else _BROKEN_BY_FIX
    if watch.is_for_teaching:
        broken = _BROKEN_FOR_TEACHING
    if watch.copy is not None:
        broken = BROKEN_BY_CHANGES
    return {
        "id": str(watch.pk),
        "wires": watch.options["watched"],
        "timed": watch.options["timed"],
        "fix": cast("NamedFixJson | None", watch.fix),
        "tests": cast("CompiledTestsJson", watch.outline) if watch.tests is not None and watch.outline else None,
        "state": watch.state,
        "error": broken if watch.state == PreviewState.BROKEN else watch.error or None,
        "build": good_build_to_json(watch.build),
    }
