"""The addresses of all pages. Fixed words come first; `accounts.organisations.names` reserves them, so that no
organisation is named like a page."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import StringConverter

from forge.accounts import page_urls as accounts
from forge.agents import page_urls as agents
from forge.builds import page_urls as builds
from forge.datasets import page_urls as datasets
from forge.deployments import page_urls as deployments
from forge.exposure import page_urls as exposure
from forge.fleet import page_urls as fleet
from forge.jobs import page_urls as jobs
from forge.learning import page_urls as learning
from forge.notices import page_urls as notices
from forge.player import page_urls as player
from forge.projects import page_urls as projects
from forge.registry import page_urls as registry
from forge.repositories import page_urls as repositories
from forge.reviews import page_urls as reviews
from forge.rollouts import page_urls as rollouts
from forge.telemetry import page_urls as telemetry
from forge.web import compare, explore, home, organisation, person, schemas, search, try_rune
from forge.web.builds import forms as build_forms
from forge.web.builds import listing as build_list
from forge.web.builds import pages as build_pages
from forge.web.docs import pages as docs
from forge.web.projects import overview
from forge.web.runes import page as rune
from forge.web.runes import version_notes
from forge.webhooks import page_urls as webhooks


class FormerPage(StringConverter):
    """Names of pages that used to be beside an organisation's projects; no project may have such a name."""

    regex = "settings|deleted"


register_converter(FormerPage, "former")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("healthz", home.health, name="health"),
    path("schemas/runefile.json", schemas.runefile, name="runefile-schema"),
    path("schemas/forge.json", schemas.policy, name="policy-schema"),
    path("llms.txt", docs.pages_for_programs, name="llms-txt"),
    path("docs", docs.docs, name="docs"),
    path("docs/<path:path>", docs.docs, name="docs-page"),
    path("search", search.search, name="search"),
    path("explore", explore.explore, name="explore"),
    path("compare", compare.compare_page, name="compare"),
    path("try", try_rune.try_page, name="try"),
    path("users/<uuid:person>", person.person_page, name="person"),
    *accounts.site_pages,
    *projects.site_pages,
    *reviews.site_pages,
    *player.site_pages,
    *datasets.site_pages,
    *registry.site_pages,
    *notices.site_pages,
    path("<str:organisation>", organisation.overview, name="organisation"),
    # No project is named "-", so these are not pages of a project.
    path("<str:organisation>/-/activity", organisation.activity, name="organisation-activity"),
    *accounts.organisation_pages,
    *projects.organisation_pages,
    *registry.organisation_pages,
    *webhooks.organisation_pages,
    *reviews.organisation_pages,
    *jobs.organisation_pages,
    # Before the pages of devices, whose names come last.
    *exposure.organisation_pages,
    *fleet.organisation_pages,
    *telemetry.organisation_pages,
    path("<str:organisation>/<former:page>", organisation.redirect_moved_page, name="moved-page"),
    path("<str:organisation>/<former:page>/<path:rest>", organisation.redirect_moved_page, name="moved-page-below"),
    path("<str:organisation>/<str:name>", overview.project_page, name="project"),
    path("<str:organisation>/<str:name>/published", rune.rune_page, name="published"),
    path("<str:organisation>/<str:name>/picture.png", rune.picture, name="rune-picture"),
    path("<str:organisation>/<str:name>/tags/<str:tag>", version_notes.describe, name="describe-tag"),
    path("<str:organisation>/<str:name>/builds", build_list.builds_list, name="builds"),
    path("<str:organisation>/<str:name>/builds/<int:number>", build_pages.overview, name="build"),
    path("<str:organisation>/<str:name>/builds/<int:number>/try", build_pages.try_it, name="build-try"),
    path("<str:organisation>/<str:name>/builds/<int:number>/accuracy", build_pages.accuracy, name="build-accuracy"),
    path("<str:organisation>/<str:name>/builds/<int:number>/memory", build_pages.memory, name="build-memory"),
    path("<str:organisation>/<str:name>/builds/<int:number>/files", build_pages.files, name="build-files"),
    path("<str:organisation>/<str:name>/builds/<int:number>/log", build_pages.log, name="build-log"),
    path("<str:organisation>/<str:name>/builds/<int:number>/conversation", build_pages.conversation, name="build-talk"),
    path("<str:organisation>/<str:name>/builds/<int:number>/cancel", build_forms.cancel, name="cancel-build"),
    path("<str:organisation>/<str:name>/builds/<int:number>/respond", build_forms.respond, name="respond"),
    path("<str:organisation>/<str:name>/builds/<int:number>/publish", build_forms.publish, name="publish"),
    path(
        "<str:organisation>/<str:name>/builds/<int:number>/publish-past-gate",
        build_forms.publish_past,
        name="publish-past",
    ),
    *projects.project_pages,
    *datasets.project_pages,
    *builds.project_pages,
    *learning.project_pages,
    *registry.project_pages,
    *reviews.project_pages,
    *deployments.project_pages,
    *exposure.project_pages,
    *telemetry.project_pages,
    *rollouts.project_pages,
    *repositories.project_pages,
    *agents.project_pages,
    *notices.project_pages,
]
