"""The addresses of the pages of the registry."""

from __future__ import annotations

from django.urls import path

from forge.registry.blocks.pages import blocks
from forge.registry.discovery.dependants import pages as dependants
from forge.registry.discovery.standings import pages as standings
from forge.registry.distribution.artifacts import pages as artifacts
from forge.registry.distribution.mirrors import pages as mirrors
from forge.registry.distribution.trash import pages as trash
from forge.registry.provenance.signing import pages as signing
from forge.registry.tags import pages as tags

site_pages = [
    path("standings", standings.standings_page, name="standings"),
    path("standings/<str:address>", standings.standing_page, name="standing"),
]
organisation_pages = [
    path("<str:organisation>/-/blocks", blocks.organisation_blocks, name="organisation-blocks"),
    path("<str:organisation>/-/settings/registry", artifacts.registry_page, name="organisation-registry"),
    path("<str:organisation>/-/settings/signing", signing.signing_page, name="organisation-signing"),
]
project_pages = [
    path("<str:organisation>/<str:name>/badge.svg", tags.badge, name="rune-badge"),
    path("<str:organisation>/<str:name>/published/dependants", dependants.dependants_page, name="dependants"),
    path("<str:organisation>/<str:name>/published/mirrors", mirrors.mirrors_page, name="mirrors"),
    path("<str:organisation>/<str:name>/published/trash", trash.trash_page, name="registry-trash"),
    path("<str:organisation>/<str:name>/blocks/<str:block>", blocks.block_page, name="block"),
    path("<str:organisation>/<str:name>/blocks/<str:block>/<str:version>", blocks.describe, name="describe-block"),
]
