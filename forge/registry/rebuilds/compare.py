"""Building a published rune a second time. It knows no job and writes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from forge.builds.compiling.build_task import BuildJobStep, BuildTask
from forge.builds.compiling.execution import NewCompiler
from forge.builds.models import Artefact, Build
from forge.compute.pool.compiler import Answer
from forge.compute.pool.local_files import local_files, open_blob_file
from forge.compute.pool.toolchain import BUILD_SECONDS, fetched_folder
from forge.compute.scheduler.compute_pace import PaceNow
from forge.projects.versions.mounting import with_blocks
from forge.projects.versions.store import available_files
from rune.compiler.building.spec import BuildSpec, SpecOptions

MOST_DIFFERENCES = 20
LONGEST_DIFFERENCE = 500
"""Characters."""


@dataclass(frozen=True)
class SecondBuild:
    """The result of a second build: the digest of the rune, or the reason why there is none."""

    digest: str = ""
    differences: tuple[str, ...] = ()
    error: str = ""


def build_second_time(
    build: Build, artefact: Artefact, new_compiler: NewCompiler, tick: Callable[[], None], pace: PaceNow
) -> SecondBuild:
    """Builds the files of a build with the spec of its artefact, in a process that never had a job. The digest of the
    bytes is computed here. Where it differs, a further process says what does. Raises `ChildDied`, and what `tick`
    raises."""
    failures: list[str] = []
    digests: list[str] = []
    sentences: list[str] = []

    def read(answer: Answer) -> None:
        if answer["event"] == "failed":
            failures.append(str(answer["error"]) or "the files have errors")
        elif answer["event"] == "verified":
            sentences.extend(map(str, (answer["verification"]["rebuild"] or {}).get("differences", ())))

    def run(steps: tuple[BuildJobStep, ...], *, with_first: bool) -> None:
        folder = fetched_folder()
        with new_compiler() as compiler, local_files(job.manifest, folder) as files:
            with open_blob_file(artefact.digest, folder) as first:
                compiler.run(
                    job.compiler_job(steps),
                    read,
                    owner=job.organisation,
                    files=files,
                    rune=first if with_first else None,
                    limit=BUILD_SECONDS,
                    tick=tick,
                    pace=pace,
                )
            if not with_first and not failures:
                digests.append(_digest_of(compiler.output))

    job = job_of(build, artefact)
    run((BuildJobStep.CHECK, BuildJobStep.COMPILE), with_first=False)
    if failures:
        return SecondBuild(error=failures[0])
    if digests[0] != artefact.digest:
        run((BuildJobStep.VERIFY,), with_first=True)
    differences = tuple(each[:LONGEST_DIFFERENCE] for each in sentences[:MOST_DIFFERENCES])
    return SecondBuild(digests[0], differences)


def job_of(build: Build, artefact: Artefact) -> BuildTask:
    """The job that makes a build's rune again: its files, and the spec of the artefact as it was."""
    spec = artefact.spec
    return BuildTask(
        build.project.organisation_id,
        BuildSpec(spec["version"], spec["toolchain"], spec["target"], SpecOptions.from_json(spec["options"])),
        with_blocks(build.project, available_files(build.source)),
        {},
        (BuildJobStep.CHECK, BuildJobStep.COMPILE),
        lasts=False,
    )


def _digest_of(place: Path) -> str:
    with place.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
