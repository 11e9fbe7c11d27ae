"""The packages of a numbered build in work: one job a target, after the rune is made and compared with the reference.

What one target refuses is said by name, and the others are made all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.db import transaction

from forge.builds.access import complete_builds
from forge.builds.execution import Execution, NewCompiler
from forge.builds.jobs import Job, Step, package_job
from forge.builds.models import Artefact, BuildPackage
from forge.builds.telling import tell_build
from forge.compute.errors import ChildDied
from forge.compute.pool.compiler import Answer, Compiler
from forge.compute.pool.toolchain import BUILD_SECONDS
from forge.core.errors import Damaged
from forge.jobs.kinds import JobContext
from rune.aim import Aim
from rune.wording import counted, size_text

REASONS = 3
"""Errors that a refusal tells. Those of one target are often the same for each stage."""


@dataclass(frozen=True)
class PackageWork:
    """What packages are made with: the job of the build, what its rune was made of, and the rune."""

    job: JobContext
    build: UUID
    work: Job
    rune: Artefact

    def run(self, new_compiler: NewCompiler) -> Mapping[str, Artefact]:
        """Makes those that were asked for; answers what there is, by target. One process serves all of them, and the
        next where it dies. Raises what `JobContext.tick` raises."""
        packages = BuildPackage.objects.filter(build=self.build)
        wanted = list(packages.values_list("target", "build__optimize_packages"))
        if not wanted:
            return {}
        with new_compiler() as compiler:
            packages_by_target = {target: self._make(target, cast("Aim", aim), compiler) for target, aim in wanted}
        return {target: artefact for target, artefact in packages_by_target.items() if artefact is not None}

    def _make(self, target: str, aim: Aim, compiler: Compiler) -> Artefact | None:
        recorder = PackageRecorder(self.job, self.build, target)

        @contextmanager
        def lent() -> Any:
            yield compiler

        try:
            artefact = Execution(package_job(self.work, self.rune, target, aim), recorder).run(
                lent, limit=BUILD_SECONDS, tick=self.job.tick, pace=self.job.pace
            )
        except ChildDied as error:
            recorder.refuse(error.reason)
            return None
        except Damaged as error:
            recorder.refuse(error.detail)
            return None
        if artefact is None or recorder.is_refused:
            recorder.refuse("The compiler stopped without making it.")
            return None
        recorder.done(artefact)
        return artefact


class PackageRecorder:
    """Records what became of one package."""

    def __init__(self, job: JobContext, build: UUID, target: str) -> None:
        self._job = job
        self._build = build
        self._target = target
        self.is_refused = False

    def take(self, artefact: Artefact, *, is_new: bool) -> None:
        self._store(artefact=artefact, refusal="", needs=artefact.needs)

    def reused(self, missing: tuple[Step, ...]) -> None:
        """The line that tells of the package tells enough."""

    def checked(self, answer: Answer) -> None:
        """The rune's own job checked the files."""

    def logged(self, answer: Answer) -> None:
        """One line tells of a package."""

    def verified(self, verification: Mapping[str, Any], milliseconds: float) -> None:
        """A package has a self-test."""

    def measured(self, run: Mapping[str, Any] | None, reason: str) -> None:
        """Time on a board is estimated from what is counted."""

    def evaluated(self, evaluation: Mapping[str, Any], milliseconds: float) -> None:
        """The rune runs the samples; the package gives the same bytes."""

    def counted(self, needs: Mapping[str, Any]) -> None:
        self._store(needs=dict(needs))

    def failed(self, answer: Answer) -> None:
        self.refuse(refusal_of(answer["error"], answer["diagnostics"]))

    def refuse(self, reason: str) -> None:
        """Says why there is none, once. The build goes on."""
        if self.is_refused:
            return
        self.is_refused = True
        self._store(artefact=None, refusal=reason, needs=None)
        self._job.log(f"No package for {self._target}: {reason}", "warning", "package")

    def done(self, artefact: Artefact) -> None:
        """Says what was made."""
        self._job.log(f"Package for {self._target}: {package_sentence(artefact)}", step="package")

    @transaction.atomic
    def _store(self, **values: object) -> None:
        """Writes what became of the package, and tells of it. Raises `LeaseLost`."""
        self._job.confirm_lease()
        BuildPackage.objects.filter(build=self._build, target=self._target).update(**values)
        tell_build(complete_builds().get(pk=self._build))


def refusal_of(error: str, diagnostics: Sequence[Mapping[str, Any]]) -> str:
    """Why there is no package: the first errors of those that were found, or else what was said."""
    reasons = [str(one["message"]) for one in diagnostics if one["severity"] == "error"]
    if not reasons:
        return error
    rest = len(reasons) - REASONS
    return "; ".join([*reasons[:REASONS], *([f"and {counted(rest, 'more error')}"] if rest > 0 else [])]) + "."


def package_sentence(artefact: Artefact) -> str:
    """The size of a package, and what it needs."""
    size, needs = size_text(artefact.size), artefact.needs
    if needs is None:
        return f"{size}, self-test passed"
    flash, ram = size_text(needs["flash"]), size_text(needs["ram"])
    if needs["instructions"] is None:
        return f"{size}, self-test passed; at least {flash} of flash and {ram} of RAM ({needs['not_measured']})"
    return f"{size}, self-test passed; {flash} of flash, {ram} of RAM, {needs['instructions']:,} instructions a run"
