"""How the audit log tells of projects, their files, versions and samples, and what projects are called today."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from forge.core.audit.messages import Thing, Topic, declare, ids_among, things_named
from forge.projects.models import Project

declare(
    Topic.PROJECTS,
    {
        "project.create": "created the project {project}",
        "project.copied": "copied the published files of {project}",
        "project.fork": "made {project} as a fork",
        "project.update": "changed the project {project}: {changes}",
        "project.delete": "deleted the project {project}",
        "project.restore": "restored the project {project}",
    },
)
declare(
    Topic.MEMBERS,
    {
        "project.role": "changed the role of {member} in {project} from {before} to {after}",
        "project.leave": "ended the role of {member} in {project}",
        "project.team-role": "changed the role of the team {team} in {project} from {before} to {after}",
        "project.team-leave": "ended the role of the team {team} in {project}",
    },
)
declare(
    Topic.ACCOUNTS,
    {
        "favourite.add": "made {favourite} a favourite",
        "favourite.remove": "took {favourite} out of the favourites",
    },
)
declare(
    Topic.FILES,
    {
        "file.write": "wrote {path} in {project}",
        "file.delete": "deleted {path} in {project}",
        "file.copy": "copied {path} to {new_path} in {project}",
        "file.rename": "renamed {path} to {new_path} in {project}",
        "files.unpack": "unpacked an archive into {project}: {added} added, {replaced} replaced",
        "history.bring": "brought {versions} versions of {project} from elsewhere",
        "git.fetch": "made {project} of {url}",
        "version.save": "saved version {number} of {project}",
        "version.restore": "restored version {number} of {project}",
        "sample.send": "gave the sample {label} to {project}",
        "sample.import": "gave {count} samples to {project}",
        "sample.mark": "changed the label or split of {count} samples of {project}",
        "sample.taken-back": "withdrew the sample {label} of {project}",
        "sample.removed": "removed the sample {label} of {project}",
        "sample.ended": "deleted the sample {label} of {project}, whose time was over",
    },
)
declare(
    Topic.DOWNLOADS,
    {
        "file.download": "downloaded {path} of {project}",
        "archive.download": "downloaded the files of {project}",
        "git.push": "pushed the versions of {project} to {branch} of {url}",
    },
)


@things_named.register
def names(keys: Collection[str]) -> Mapping[str, Thing]:
    """Projects; the page of a deleted one is gone."""
    ids = ids_among(keys, "project")
    projects = Project.objects.select_related("organisation").filter(pk__in=ids) if ids else ()
    return {each.stream: Thing(each.full_name, "" if each.deleted_at else each.get_absolute_url()) for each in projects}
