"""A build that succeeded, as `forge.comparison` compares it: its files, its pipeline, its models and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.builds.choices import choices_of_build
from forge.builds.errors import NoRune
from forge.builds.models import Artefact, Build
from forge.comparison.figures import BuildSettings, PackageFigures, RuneFigures
from forge.comparison.inference_time import read_inference_time
from forge.comparison.snapshots import ModelFacts, Snapshot, read_outline
from forge.projects.versions.comparison_source import argument_texts
from forge.projects.versions.store import available_files


def side_of(build: Build) -> Snapshot:
    """The files that a numbered build is of, and what its report tells of them. Raises `NoRune`."""
    report = _artefact(build).report
    version = build.source
    outline = read_outline(report["pipeline"])
    return Snapshot(
        version.manifest,
        version.file_ids,
        outline,
        texts=argument_texts(outline, available_files(version), {}),
        models={model["file"]: _model(model) for model in report["models"] if model["file"] is not None},
    )


def _model(model_report: Mapping[str, Any]) -> ModelFacts:
    return ModelFacts({"size": model_report["size"], "memory": {"runs": model_report.get("runs")}})


def figures_of(build: Build) -> RuneFigures:
    """Returns the counted and measured figures of a build's rune. Raises `NoRune`."""
    artefact = _artefact(build)
    models = artefact.report["models"]
    choices = choices_of_build(build)
    return RuneFigures(
        digest=artefact.digest,
        size=artefact.size,
        memory=artefact.planned_memory,
        models=sum(model["size"] or 0 for model in models),
        has_host_models=any(model.get("runs") == "host" for model in models),
        time=read_inference_time(build.measurement),
        targets={each.target: _on_target(each.needs) for each in build.packages.all() if each.needs is not None},
        manner=BuildSettings(choices.optimize, choices.optimize_packages, choices.profile.runtime),
    )


def _on_target(needs: Mapping[str, Any]) -> PackageFigures:
    return PackageFigures(needs["flash"], needs["ram"], needs["instructions"])


def _artefact(build: Build) -> Artefact:
    if build.artefact is None:
        raise NoRune("This build has no rune yet.")
    return build.artefact
