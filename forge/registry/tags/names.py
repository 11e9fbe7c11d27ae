"""Names of tags within a repository, of builds and of other artifacts: people must be able to tell them apart."""

from __future__ import annotations

from forge.projects.models import Project
from forge.registry.models import ArtifactTag, Tag
from forge.registry.tags.errors import TagInUse
from rune.source.policy.tags import look


def require_distinct(project: Project, tag: str) -> None:
    """Raises `TagInUse` where another tag looks like this one: who pulls by name means the other."""
    published_names = Tag.objects.filter(repository__project=project).values_list("name", flat=True)
    pushed_names = ArtifactTag.objects.filter(repository__project=project).values_list("name", flat=True)
    alike = next((name for name in (*published_names, *pushed_names) if name != tag and look(name) == look(tag)), None)
    if alike is not None:
        message = f"{tag} looks like {alike}, which is published: people could not tell them apart. Choose another tag."
        raise TagInUse(message, errors={"tag": [message]})
