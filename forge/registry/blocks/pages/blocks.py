"""Pages of published blocks: an organisation's list of them, and each with its versions, its source and who uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from forge.accounts.access import find_organisation
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.comparison.line_stretches import FileLines, stretches_of
from forge.core.errors import DomainError, NotFound, SignInNeeded
from forge.core.http.act_forms import Button, form_view
from forge.core.http.pages import show_again
from forge.core.http.paging import chosen_of, things_of, words_of
from forge.core.preconditions import etag_of
from forge.projects.files.markdown_cache import cached_text
from forge.projects.models import Project
from forge.projects.place import project_of
from forge.registry.blocks.access import PublishedFiles, best_of, blocks_in, files_of, versions_of
from forge.registry.blocks.actions import deprecate_block, end_block_deprecation, end_block_withdrawal, withdraw_block
from forge.registry.blocks.etag_facets import block_facets
from forge.registry.blocks.pages.signature_text import arguments_of, signature_line, stage_text
from forge.registry.blocks.users import BlockUse, users_of
from forge.registry.listings.licences import licence_of
from forge.registry.models import BlockVersion
from forge.registry.provenance.signing.blocks.proofs import SignedBlock, signed_block
from rune.blocks.shared_path import SharedName, SharedPath

BLOCKS_SHOWN = 50
USERS_SHOWN = 30
SORTS = {"": "Name", "new": "Newest", "used": "Most used"}


@dataclass(frozen=True)
class ListedBlock:
    """A block in the list. `version` is the newest that is not deprecated, or else the newest."""

    name: SharedName
    version: BlockVersion
    count: int
    users: int

    @property
    def words(self) -> str:
        """The searchable words."""
        return f"{self.name} {self.version.summary}".lower()


@dataclass(frozen=True)
class BlockVersionRow:
    """A version beside the others of its block."""

    block: BlockVersion
    notes: SafeString | None


@dataclass(frozen=True)
class UserRow:
    """A project that uses the block; `is_behind` where a newer version is there."""

    use: BlockUse
    is_behind: bool


_ORDERS: Mapping[str, Callable[[ListedBlock], Any]] = {
    "": lambda each: each.name,
    "new": lambda each: (-each.version.created.timestamp(), each.name),
    "used": lambda each: (-each.users, each.name),
}


def organisation_blocks(request: HttpRequest, organisation: str) -> HttpResponse:
    """Shows the blocks of an organisation's projects that somebody may see."""
    principal = principal_of(request)
    try:
        tabs = tabs_of(principal, find_organisation(principal, organisation))
    except (NotFound, SignInNeeded):
        tabs = {}
    blocks = blocks_in(principal, organisation)
    listed_blocks = list(_listed_blocks(blocks, users_of(principal, {each.shared_name for each in blocks})))
    words, sort = words_of(request), chosen_of(request, "sort", SORTS)
    matches = [each for each in listed_blocks if all(word in each.words for word in words.lower().split())]
    rows, pages = things_of(request, sorted(matches, key=_ORDERS[sort]), BLOCKS_SHOWN)
    context = {
        "is_member": bool(tabs),
        "organisation": tabs["organisation"] if tabs else blocks[0].repository.project.organisation,
        "has_any": bool(listed_blocks),
        "blocks": rows,
        "pages": pages,
        "words": words,
        "sort": sort,
        "sorts": SORTS,
    }
    return render(request, "blocks/list.html", tabs | context)


def _listed_blocks(
    blocks: Sequence[BlockVersion], users: Mapping[SharedName, Sequence[BlockUse]]
) -> Iterator[ListedBlock]:
    for name, group in groupby(blocks, attrgetter("shared_name")):
        versions = list(group)
        projects = {use.project.pk for use in users[name]}
        yield ListedBlock(name, best_of(versions), len(versions), len(projects))


def block_page(request: HttpRequest, organisation: str, name: str, block: str) -> HttpResponse:
    """A block that a project published, at one of its versions."""
    project = project_of(request, organisation, name, Verb.SEE)
    return _show(request, project, block, request.GET.get("version"))


def _show(
    request: HttpRequest, project: Project, name: str, version: str | None, error: DomainError | None = None
) -> HttpResponse:
    principal = principal_of(request)
    versions = versions_of(principal, project, name, version)
    block = next((each for each in versions if each.version == version), best_of(versions))
    before = versions[versions.index(block) + 1] if block is not versions[-1] else None
    files, path = files_of(block), block.shared_path
    signature = signed_block(principal, block)
    users = users_of(principal, [block.shared_name])[block.shared_name]
    context = {
        "project": project,
        "is_member": can(principal, Verb.READ, project),
        "may_publish": can(principal, Verb.PUBLISH, project),
        "published": block,
        "etag": etag_of(block_facets(block)),
        "path": path,
        "best": best_of(versions),
        "versions": [BlockVersionRow(each, cached_text(project, each.notes)) for each in versions],
        "users": [UserRow(use, use.version != best_of(versions).version) for use in users[:USERS_SHOWN]],
        "more_users": max(len(users) - USERS_SHOWN, 0),
        "before": before,
        "changes": () if before is None else _changes(files_of(before), files),
        "signed": signature,
        "verify": _verifying_command(path, signature),
        "files": _files_in_order(files),
        "licence": licence_of(files.texts.get("LICENSE", "")),
        "successors": [each.version for each in versions if each.pk != block.pk and not each.objection],
    } | _of_function(block)
    if error is not None:
        return show_again(request, "blocks/block.html", context, error)
    return render(request, "blocks/block.html", context)


def _version_page(project: Project, block: str, version: str) -> str:
    return f"{project.get_absolute_url()}/blocks/{block}?version={version}"


describe = form_view(
    {
        "deprecate": Button(deprecate_block, _version_page),
        "undeprecate": Button(end_block_deprecation, _version_page),
        "withdraw": Button(withdraw_block, _version_page),
        "restore": Button(end_block_withdrawal, _version_page),
    },
    _show,
)
"""Deprecates or withdraws a version, or ends that."""


def _verifying_command(path: SharedPath, signature: SignedBlock | None) -> str:
    if signature is None:
        return ""
    return f"rune block verify {path} --registry {settings.PUBLIC_URL} --key {signature.signature.key.fingerprint}"


def _of_function(block: BlockVersion) -> dict[str, Any]:
    """Returns the page's description of the block's function; little for versions that were published without one."""
    interface, path = block.interface, block.shared_path
    facts: dict[str, Any] = {"stage": stage_text(path, interface), "add": f"rune block add {path}"}
    if interface is None:
        return facts
    # Its first line stands in the head of the page.
    _, _, more = interface["documentation"].partition("\n")
    return facts | {
        "signature": signature_line(block.name, interface),
        "inputs": interface["inputs"],
        "arguments": arguments_of(interface),
        "states": interface["states"],
        "outputs": interface["outputs"],
        "about": cached_text(block.repository.project, more.strip()),
    }


def _files_in_order(files: PublishedFiles) -> list[tuple[str, str]]:
    """The source, then its tests, then what else there is."""
    name = files.manifest.name
    first = [f"{name}.py", f"{name}_test.py"]
    others = sorted(each for each in files.texts if each not in first)
    return [(each, files.texts[each]) for each in [*first, *others] if each in files.texts]


def _changes(before: PublishedFiles, now: PublishedFiles) -> tuple[FileLines, ...]:
    """The lines that differ in the files of two versions."""
    names = dict.fromkeys([*(name for name, _ in _files_in_order(now)), *before.texts])
    pairs = [(name, before.texts.get(name, ""), now.texts.get(name, "")) for name in names]
    return tuple(
        FileLines(name, stretches_of(then.splitlines(), text.splitlines()))
        for name, then, text in pairs
        if then != text
    )
