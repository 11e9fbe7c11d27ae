"""The build settings of a project: targets of packages, optimisation, and reference results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypedDict, cast

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from forge.builds.models import Build, BuildChoices
from forge.builds.target_boards import boards_for, usual_targets_first
from forge.core.api.json_types import choices as one_of
from forge.core.errors import Invalid
from forge.core.preconditions import Facet
from forge.projects.models import Project
from rune.aim import AIMS, BALANCED, RUNE_AIM, Aim
from rune.compiler.targets.lookup import targets
from rune.model.profile import PROFILES, Profile
from rune.source.policy.policy import BuildPreferencesJson
from rune.wording import listed

AimJson = Annotated[str, one_of("Optimize", AIMS)]
MatchJson = Annotated[str, one_of("Match", tuple(PROFILES))]


@dataclass(frozen=True)
class Choices:
    """The build settings of a project; the defaults are those of a new project."""

    targets: tuple[str, ...] = ()
    """The targets of which each build makes a package, sorted."""
    optimize: Aim = RUNE_AIM
    """The optimisation of the rune."""
    optimize_packages: Aim = BALANCED
    match: str = "litert"
    """The reference of models' results: a key of `PROFILES`."""

    @property
    def profile(self) -> Profile:
        """The reference of models' results."""
        return PROFILES[self.match]


def choices_facets(choices: Choices) -> list[Facet]:
    """The settings as a page or a client saw them."""
    value = [list(choices.targets), choices.optimize, choices.optimize_packages, choices.match]
    return [Facet("choices", value, "Somebody else changed the build settings.")]


class MannerJson(TypedDict):
    """The build settings: what each rune and package is optimised for, and the reference whose results models match to
    the bit."""

    optimize: AimJson
    optimize_packages: AimJson
    match: MatchJson


class TargetJson(TypedDict):
    """A target that a package can be made for, and whether each build of the project makes one. `boards` names boards
    that take it; empty where none does."""

    name: str
    summary: str
    boards: str
    chosen: bool


class TargetPackageJson(TypedDict):
    """The figures of a package of an earlier build, in bytes and instructions per run; null where not counted."""

    target: str
    flash: int
    ram: int
    instructions: int | None


class TargetBuildJson(TypedDict):
    """The figures of the newest good build with these settings. Sizes are bytes; of a run's time the median."""

    number: int
    manner: MannerJson
    size: int
    memory: int
    milliseconds: float | None
    packages: list[TargetPackageJson]


class TargetsJson(MannerJson):
    """All targets, those of the usual boards first, what is chosen, and what earlier builds came to, one for each
    manner, the newest first. `in_file` is what the `forge.yml` of the newest good build says, which goes before what is
    chosen; null for nothing."""

    targets: list[TargetJson]
    in_file: BuildPreferencesJson | None
    builds: list[TargetBuildJson]


def package_targets() -> tuple[str, ...]:
    """The names of the targets that make packages, sorted. What makes a rune is made for no board."""
    return tuple(target.name for target in targets() if not target.makes_rune)


def choices_of(project: Project) -> Choices:
    """Returns the settings of the project's next builds."""
    row = BuildChoices.objects.filter(project=project).first()
    if row is None:
        return Choices()
    # A target that an older server knew makes no package any more.
    known_targets = tuple(name for name in row.targets if name in package_targets())
    return Choices(known_targets, cast("Aim", row.optimize), cast("Aim", row.optimize_packages), row.match)


def choices_of_build(build: Build) -> Choices:
    """Returns the settings of a build, without its targets: those are its packages."""
    return Choices((), cast("Aim", build.optimize), cast("Aim", build.optimize_packages), build.match)


def checked_choices(values: Mapping[str, Any], before: Choices) -> Choices:
    """Choices as somebody gave them; what they do not name stays as it was. Raises `Invalid`."""
    if not any(name in values for name in _NAMES):
        raise Invalid(f"Name at least one of {listed([f'`{name}`' for name in _NAMES])}.")
    optimize, packages = (
        values.get("optimize", before.optimize),
        values.get("optimize_packages", before.optimize_packages),
    )
    return Choices(
        targets=_checked_targets(values["targets"]) if "targets" in values else before.targets,
        optimize=cast("Aim", _checked_choice("optimize", optimize, AIMS)),
        optimize_packages=cast("Aim", _checked_choice("optimize_packages", packages, AIMS)),
        match=_checked_choice("match", values.get("match", before.match), tuple(PROFILES)),
    )


def _checked_targets(value: Any) -> tuple[str, ...]:
    known_targets = package_targets()
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise Invalid("`targets` must be a list of names.")
    unknown = sorted(set(value) - set(known_targets))
    if unknown:
        raise Invalid(f"There is no package for {listed(unknown)}. The targets are {listed(known_targets)}.")
    return tuple(sorted(set(value)))


def _checked_choice(name: str, value: Any, options: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in options:
        raise Invalid(f"`{name}` must be one of {listed(options)}.")
    return value


_NAMES: Final = ("targets", "optimize", "optimize_packages", "match")


def manner_to_json(choices: Choices) -> MannerJson:
    """The aims of a build without its targets, as JSON."""
    return {"optimize": choices.optimize, "optimize_packages": choices.optimize_packages, "match": choices.match}


def choosable_targets(choices: Choices) -> list[TargetJson]:
    """All targets that packages can be made for, and whether they are; those of the usual boards first."""
    return [
        {
            "name": target.name,
            "summary": target.summary,
            "boards": boards_for(target.name),
            "chosen": target.name in choices.targets,
        }
        for target in sorted(targets(), key=lambda target: usual_targets_first(target.name))
        if not target.makes_rune
    ]


def targets_to_json(project: Project) -> TargetsJson:
    """Returns the available settings, the current ones, and their figures in earlier builds."""
    choices = choices_of(project)
    return {
        **manner_to_json(choices),
        "targets": choosable_targets(choices),
        "in_file": _in_file(project),
        "builds": list(_builds_with_packages(project)),
    }


def choices_from_json(answer: TargetsJson) -> Choices:
    """Returns the settings that an answer shows."""
    targets = sorted(each["name"] for each in answer["targets"] if each["chosen"])
    aims = cast("Aim", answer["optimize"]), cast("Aim", answer["optimize_packages"])
    return Choices(tuple(targets), *aims, answer["match"])


def _in_file(project: Project) -> BuildPreferencesJson | None:
    """Returns the settings in the `forge.yml` of the newest good build."""
    good = Build.objects.numbered().without_proposals().succeeded().filter(project=project, artefact__isnull=False)
    report = good.order_by("-number").values_list("artefact__report", flat=True).first()
    return cast("BuildPreferencesJson | None", ((report or {}).get("policy") or {}).get("build"))


def _builds_with_packages(project: Project) -> Iterator[TargetBuildJson]:
    """Returns the newest good build of each combination of settings, newest first."""
    place = Window(
        RowNumber(), partition_by=[F("optimize"), F("optimize_packages"), F("match")], order_by=F("number").desc()
    )
    newest = (
        Build.objects.numbered()
        .without_proposals()
        .succeeded()
        .filter(project=project)
        .annotate(place=place)
        .filter(place=1)
        .select_related("artefact")
        .prefetch_related("packages")
        .order_by("-number")
    )
    for build in newest:
        if build.artefact is not None and build.number is not None:
            yield {
                "number": build.number,
                "manner": manner_to_json(choices_of_build(build)),
                "size": build.artefact.size,
                "memory": build.artefact.planned_memory,
                "milliseconds": None if build.measurement is None else build.measurement["milliseconds"],
                "packages": [
                    {
                        "target": each.target,
                        "flash": each.needs["flash"],
                        "ram": each.needs["ram"],
                        "instructions": each.needs["instructions"],
                    }
                    for each in build.packages.all()
                    if each.needs is not None
                ],
            }
