"""Forks with changes that are offered back, for tests that are about what happens to them."""

from __future__ import annotations

from forge.accounts.actions import join_as
from forge.accounts.models import Organisation, User
from forge.builds.models import Build
from forge.jobs.models import JobState
from forge.projects.actions import fork_project, invite_to_project, save_version, write_file
from forge.projects.models import Project
from forge.reviews import actions
from forge.reviews.change_requests.actions.outside import OutsideOrigin, bring_from_outside
from forge.reviews.changes.access import find_change_request
from forge.reviews.models import ChangeRequest
from tests.support.forge.factories.builds import RUNE, finished

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  number:
    capability: RAW
    outputs: [{type: f32, dimensions: [1]}]
  # By measuring.
  turn:
    proc-block: modulo
    inputs: [number]
    outputs: [{type: f32, dimensions: [1]}]
    args:
      modulus: 2.5
  out: {out: serial, inputs: [turn]}
"""


def forked(owner: User, developer: User, stranger: User, project: Project) -> Project:
    """A fork of the project, with a Runefile of stages, by a partner who has a role in it alone."""
    write_file(developer, project, "Runefile.yml", RUNEFILE.encode())
    _, link = invite_to_project(owner, project, "viewer")
    join_as(stranger, link.partition("token=")[2])
    partner = User.objects.get(pk=stranger.pk)
    return fork_project(partner, project, Organisation.objects.get(name="other"), "turns")


def offered(partner: User, fork: Project, *edits: tuple[str, str], path: str = "Runefile.yml") -> ChangeRequest:
    """A change request by the fork's people with these edits in a file, each a text and its replacement."""
    text = RUNEFILE
    for before, after in edits or (("2.5", "3"),):
        text = text.replace(before, after)
    partner = User.objects.get(pk=partner.pk)
    write_file(partner, fork, path, text.encode())
    request: ChangeRequest = actions.offer_changes(partner, fork, "It turns further", "Measured with 160 takes.")
    return request


def built_merged(developer: User, request: ChangeRequest, rune: bytes = RUNE + b"merged") -> Build:
    """A build of the merged result that succeeded with these bytes."""
    build: Build = actions.build_merged(developer, find_change_request(developer, request.pk))
    finished(build, rune)
    assert build.state == JobState.SUCCEEDED
    return build


def outside_change(person: User, project: Project) -> ChangeRequest:
    """A change request between two versions of the project, as a branch elsewhere brings one."""
    versions = []
    for text in (b"One.\n", b"Two.\n"):
        write_file(person, project, "notes.md", text)
        versions.append(save_version(person, project, "Notes"))
    write_file(person, project, "notes.md", b"One.\n")
    origin = OutsideOrigin("Ada", "git.example/acme/kitchen main")
    return bring_from_outside(person, project, origin, "Count to two", base=versions[0], offered_version=versions[1])
