"""Authorship: the people behind a document's Yjs clients, and the first version with each line."""

from __future__ import annotations

from collections.abc import Sequence

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.blobs.links import links_of_all
from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.projects.files.contents import find_file
from forge.projects.models import DocumentClient, Project, Version
from rune.line_edits import changed_lines

VERSIONS_READ = 40
"""The newest versions in which a line is looked for; one that is older than all of them is of the oldest or before."""


def people_of(project: Project) -> dict[str, PersonJson]:
    """The person behind each Yjs client of the document; a client that nobody vouches for is not in it."""
    clients = DocumentClient.objects.filter(project=project, person__isnull=False).select_related("person")
    return {str(each.client): person_to_json(each.person) for each in clients if each.person is not None}


def line_versions(project: Project, path: str) -> list[int | None]:
    """Returns, for each line of a text as it is now, the number of the version that first had it; None for none yet.

    A line counts as the same while the edits between two versions leave it alone. Raises `ProjectFileNotFound`.
    """
    entry = find_file(project, path)
    if entry.text is None:
        return []
    texts = _texts(project, entry.id, entry.path)
    lines: list[str] = []
    numbers: list[int | None] = []
    for number, text in (*texts, (None, entry.text)):
        after = text.split("\n")
        numbers = _carried_numbers(lines, after, numbers, number)
        lines = after
    return numbers


def _texts(project: Project, file_id: str, path: str) -> list[tuple[int | None, str]]:
    """Returns the text of a file in each of the newest versions, oldest first."""
    digests: list[tuple[int, str]] = []
    newest = Version.objects.filter(project=project, is_proposed=False).order_by("-number")[:VERSIONS_READ]
    for version in reversed(newest):
        at = next((other for other, other_id in version.file_ids.items() if other_id == file_id), path)
        digest = version.manifest.get(at, {}).get("digest", "")
        if digest and (not digests or digests[-1][1] != digest):
            digests.append((version.number, digest))
    links = links_of_all(Version.objects.filter(project=project)).filter(blob_id__in=[digest for _, digest in digests])
    linked_digests = set(links.values_list("blob_id", flat=True))
    texts: list[tuple[int | None, str]] = []
    for number, digest in digests:
        if digest not in linked_digests:
            continue
        try:
            texts.append((number, read_blob(digest).decode("utf-8")))
        except (NotFound, BytesDamaged, UnicodeDecodeError):
            continue
    return texts


def _carried_numbers(
    before: Sequence[str], after: Sequence[str], numbers: Sequence[int | None], number: int | None
) -> list[int | None]:
    """The numbers of the lines of `after`: those that stayed keep theirs, the others get `number`."""
    after_numbers: list[int | None] = []
    place = 0
    for first, last, new_first, new_last in changed_lines(before, after):
        after_numbers += [*numbers[place:first], *([number] * (new_last - new_first))]
        place = last
    return [*after_numbers, *numbers[place:]]
