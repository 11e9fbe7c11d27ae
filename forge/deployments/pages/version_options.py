"""The published versions among which the forms of deployments choose, and what is said of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forge.deployments.build_remarks import BuildRemarks, standings_of_tags
from forge.deployments.models import Deployment, Release
from forge.registry.models import Tag
from forge.registry.tags.access import default_tag


@dataclass(frozen=True)
class VersionOption:
    """A choice of how a tag is served: by following it, or by staying at the build that it names now."""

    tag: Tag
    is_following: bool
    standing: BuildRemarks

    @property
    def value(self) -> str:
        """The value that the form sends: with the digest that the person saw under the tag."""
        return f"{'follow' if self.is_following else 'fixed'} {self.tag.name} {self.tag.manifest.blob_id}"

    @property
    def label(self) -> str:
        """The text of the option, with whatever speaks against the build."""
        text = f"{self.tag.name}, build {self.tag.build.number}"
        if self.standing.remark:
            text += f", {self.standing.remark}"
        return f"{text} — follow the tag when it moves" if self.is_following else text


def version_options(tags: Sequence[Tag], deployment: Deployment | None = None) -> list[VersionOption]:
    """The options for `tags`, those that follow a tag first, without deprecated versions.

    A deployment that is promoted from another one follows no tag. `deployment` is None for one that is to be created.
    """
    choosable = [tag for tag in tags if not tag.is_deprecated]
    standings = standings_of_tags(choosable)
    may_follow = deployment is None or deployment.promoted_from is None
    following = [VersionOption(tag, True, standings[tag.pk]) for tag in choosable if tag.moves] if may_follow else []
    return [*following, *(VersionOption(tag, False, standings[tag.pk]) for tag in choosable)]


def served_option(options: Sequence[VersionOption], deployment: Deployment, release: Release) -> VersionOption | None:
    """The option that changes nothing: the version that is served, followed or fixed as it is now.

    None where no option says that, because the version is deprecated or withdrawn, or because the followed tag moved
    and the deployment did not.
    """
    same_build = [each for each in options if each.tag.manifest.blob_id == release.digest]
    if deployment.follows:
        return next((each for each in same_build if each.is_following and each.tag.name == deployment.follows), None)
    staying = [each for each in same_build if not each.is_following]
    of_version = (each for each in staying if each.tag.name == release.version)
    return next(of_version, staying[0] if staying else None)


def usual_option(options: Sequence[VersionOption], tags: Sequence[Tag]) -> VersionOption | None:
    """The option that a new form has chosen: the version that visitors get. None where somebody wants that changed, so
    that nobody deploys it by pressing the button alone."""
    usual = default_tag(tags)
    option = None if usual is None else option_of_tag(options, usual.name)
    return None if option is None or option.standing.is_rejected or option.tag.build.artefact is None else option


def option_of_tag(options: Sequence[VersionOption], name: str) -> VersionOption | None:
    """The option that serves the tag of this name, and follows it if it moves; None for another name."""
    return next((each for each in options if each.tag.name == name and each.is_following == each.tag.moves), None)
