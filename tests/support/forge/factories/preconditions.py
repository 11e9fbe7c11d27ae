"""The state of what an address acts on, as a page that was opened a moment ago has it in its form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from forge.accounts.models import Membership, Organisation, Team
from forge.accounts.organisations.etag_facets import member_facets, organisation_facets
from forge.accounts.project_people import find_teammate
from forge.accounts.teams.access import role_in
from forge.accounts.teams.etag_facets import team_facets
from forge.builds.choices import choices_facets, choices_of
from forge.builds.models import Build
from forge.core.models import Comment
from forge.core.preconditions import FIELD, Facet, etag_of
from forge.datasets.models import DataSet
from forge.datasets.playing import playing_facets
from forge.deployments.etag_facets import deployment_facets
from forge.deployments.models import Deployment
from forge.deployments.updates.access import update_keys_facet
from forge.fleet.devices.etag_facets import device_facets
from forge.fleet.groups.etag_facets import group_facets
from forge.fleet.models import Device, DeviceGroup
from forge.learning.conversions.etag_facets import board_facets
from forge.learning.models import ModelConversion
from forge.projects.etag_facets import project_facets
from forge.projects.files.contents import list_files
from forge.projects.models import Project
from forge.projects.people.etag_facets import NO_TEAM_ROLE, team_role_facets, teammate_facets
from forge.projects.versions.etag_facets import files_facets
from forge.registry.blocks.etag_facets import block_facets
from forge.registry.models import BlockVersion, Tag
from forge.registry.provenance.signing.access import key_facets, keys_of
from forge.registry.repository.rules import registry_facets, registry_rules_of
from forge.registry.tags.etag_facets import build_facets, version_facets
from forge.reviews.change_requests.etag_facets import request_facets
from forge.reviews.models import AnchoredThread, ChangeRequest, Review
from forge.reviews.rounds.etag_facets import review_facets
from forge.reviews.rules.access import rule_facets, rules_of
from forge.reviews.threads.etag_facets import comment_facets, thread_facets
from forge.webhooks.etag_facets import webhook_facets
from forge.webhooks.models import Webhook


def etag_form(path: str, **fields: Any) -> dict[str, Any]:
    """The fields of a page's form to an address."""
    facets = _facets(path, fields)
    return fields | ({FIELD: etag_of(facets)} if facets else {})


def etag_headers(path: str, body: Any = None) -> dict[str, str]:
    """The `If-Match` of a request that acts on what is there now."""
    if match := re.fullmatch(r"/?api/v1/projects/([^/]+)/([^/]+)/files/(.+)(?<!/copy)(?<!/rename)", path):
        digests = [each.content_digest for each in list_files(_project(match)) if each.path == match[3]]
        return {"If-Match": f'"{digests[0]}"'} if digests else {}
    facets = _facets(path, body if isinstance(body, dict) else {})
    return {"If-Match": f'"{etag_of(facets)}"'} if facets else {}


def _facets(path: str, body: dict[str, Any]) -> Sequence[Facet]:
    """Returns the facets; None for an address whose acts depend on nothing."""
    if match := re.search(r"/threads/([0-9a-f-]{36})", path):
        thread = AnchoredThread.objects.select_related("thread").get(pk=UUID(match[1]))
        return thread_facets(thread, Comment.objects.filter(thread=thread.pk))
    if match := re.search(r"/comments/([0-9a-f-]{36})$", path):
        return comment_facets(Comment.objects.get(pk=match[1]))
    if match := re.fullmatch(r"/?(?:api/v1/organisations/)?([^/]+)/(?:-/)?members/([0-9a-f-]{36})", path):
        members = Membership.objects.filter(organisation__name=match[1], user=UUID(match[2])).select_related("user")
        return [facet for member in members for facet in member_facets(member)]
    if match := re.search(r"([^/]+)/([^/]+)/(?:share/)?people/([0-9a-f-]{36})$", path):
        return teammate_facets(find_teammate(_project(match), UUID(match[3])))
    if match := re.fullmatch(r"/?([^/]+)/([^/]+)/share/teams|/?api/v1/projects/([^/]+)/([^/]+)/teams/([^/]+)", path):
        return _team_role(_project(match), match[5] or body.get("team", ""))
    if match := re.fullmatch(r"/?([^/]+)/-/teams/([^/]+)/do", path) if body.get("do") == "give" else None:
        project = Project.objects.filter(organisation__name=match[1], name=body.get("projects", "")).first()
        return _team_role(project, match[2]) if project else NO_TEAM_ROLE
    if match := re.search(r"([^/]+)/(?:-/)?teams/([^/]+)(?:/do|/members/[^/]+)?$", path):
        teams = Team.objects.filter(organisation__name=match[1], name=match[2])
        return [facet for team in teams for facet in team_facets(team)]
    if match := re.fullmatch(r"/?(?:api/v1/projects/)?([^/]+)/([^/]+)/deployments/([^/]+)(?:/.*)?", path):
        rows = Deployment.objects.prefetch_related("releases", "keys")
        return deployment_facets(rows.get(project=_project(match), name=match[3]))
    if match := re.fullmatch(r"/?(?:api/v1/organisations/)?([^/]+)/(?:device-|devices/)groups/([^/]+)(?:/do)?", path):
        groups = DeviceGroup.objects.filter(organisation__name=match[1], name=match[2])
        return [facet for group in groups for facet in group_facets(group)]
    if match := re.fullmatch(r"/?(?:api/v1/organisations/)?([^/]+)/devices/([^/]+)(?:/[a-z-]+)?", path):
        devices = Device.objects.filter(organisation__name=match[1], name=match[2])
        return [facet for device in devices for facet in device_facets(device)]
    if match := re.search(r"/webhooks/([0-9a-f-]{36})(?:/rotate|/do)?$", path):
        return webhook_facets(Webhook.objects.get(pk=match[1]))
    if match := re.search(r"/change-requests/([0-9a-f-]{36})/(?!threads)", path):
        return request_facets(ChangeRequest.objects.get(pk=match[1]))
    if match := re.fullmatch(r"/?([^/]+)/([^/]+)/change-requests/(\d+)/respond", path):
        return request_facets(ChangeRequest.objects.get(project=_project(match), number=match[3]))
    if path.endswith("/offer") and body.get("offer"):
        return request_facets(ChangeRequest.objects.get(pk=body["offer"]))
    if match := re.fullmatch(r"/?([^/]+)/([^/]+)/builds/(\d+)/publish(-past-gate)?", path):
        return build_facets(Build.objects.get(project=_project(match), number=match[3]))
    if re.search(r"/projects/[^/]+/[^/]+/tags(/override)?$", path) and body.get("build"):
        return build_facets(Build.objects.get(pk=body["build"]))
    if match := re.fullmatch(r"/?(?:api/v1/organisations/)?([^/]+)/(?:registry|-/settings/registry)", path):
        return registry_facets(registry_rules_of(Organisation.objects.get(name=match[1]).pk))
    signing = r"/?(?:api/v1/organisations/)?([^/]+)/(?:signing-keys(?:/.+)?|-/settings/signing)"
    if match := re.fullmatch(signing, path):
        return key_facets(keys_of(Organisation.objects.get(name=match[1]).pk))
    if match := re.fullmatch(r"/?api/v1/organisations/([^/]+)/update-keys(?:/replacement)?", path):
        return [update_keys_facet(Organisation.objects.get(name=match[1]).pk)]
    if match := re.fullmatch(r"/?(?:api/v1/organisations/)?([^/]+)/(?:rules|-/settings/rules)", path):
        return rule_facets(rules_of(Organisation.objects.get(name=match[1]).pk))
    if match := re.fullmatch(
        r"/?(?:api/v1/projects/)?([^/]+)/([^/]+)/tags/(?!override)([^/]+)(?:/deprecation|/withdrawal|/standing)?", path
    ):
        tags = Tag.objects.filter(repository__project=_project(match), name=match[3])
        return [facet for tag in tags for facet in version_facets(tag)]
    if match := re.fullmatch(
        r"/?(?:api/v1/projects/)?([^/]+)/([^/]+)/blocks/([^/]+)/([^/]+)(?:/deprecation|/withdrawal)?", path
    ):
        blocks = BlockVersion.objects.filter(repository__project=_project(match), name=match[3], version=match[4])
        return [facet for block in blocks for facet in block_facets(block)]
    if match := re.fullmatch(r"/?api/v1/projects/([^/]+)/([^/]+)/targets|/?([^/]+)/([^/]+)/boards", path):
        return choices_facets(choices_of(_project(match)))
    if match := re.search(r"/(?:conversions|models)/([0-9a-f-]{36})/boards$", path):
        return board_facets(ModelConversion.objects.get(pk=match[1]))
    if match := re.fullmatch(r"/?api/v1/projects/([^/]+)/([^/]+)/data|/?([^/]+)/([^/]+)/data/playing", path):
        return playing_facets(DataSet.objects.filter(project=_project(match), is_restricted=True).exists())
    if match := re.fullmatch(r"/?(?:api/v1/organisations/([^/]+)|([^/]+)/-/settings)", path):
        return organisation_facets(Organisation.objects.get(name=match[1] or match[2]))
    if match := re.search(r"/projects/([^/]+)/([^/]+)/versions/\d+/restore", path):
        return files_facets(_project(match))
    if match := re.search(r"/projects/([^/]+)/([^/]+)/blocks$", path):
        return files_facets(_project(match))
    if match := re.search(r"/reviews/([0-9a-f-]{36})/(?:close|reviewers)$", path):
        return review_facets(Review.objects.get(pk=match[1]))
    if match := re.fullmatch(r"/?([^/]+)/([^/]+)/reviews/(\d+)/close", path):
        return review_facets(Review.objects.get(project=_project(match), number=match[3]))
    if match := re.fullmatch(
        r"/?api/v1/projects/([^/]+)/([^/]+)|/?(?!accounts/)([^/]+)/(?!-/)([^/]+)/(?:delete|settings)", path
    ):
        return project_facets(_project(match))
    return ()


def _team_role(project: Project, name: str) -> Sequence[Facet]:
    team = Team.objects.get(organisation=project.organisation_id, name=name)
    return team_role_facets(team, project, role_in(project.pk, team))


def _project(match: re.Match[str]) -> Project:
    organisation, name = [each for each in match.groups() if each is not None][:2]
    projects = Project.objects.select_related("organisation").filter(deleted_at=None)
    return projects.get(organisation__name=organisation, name=name)
