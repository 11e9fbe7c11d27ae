"""Template tags of the frame that all pages of a project have."""

from __future__ import annotations

from typing import Any

from django import template

from forge.accounts.models import Organisation
from forge.fleet.devices.quota import devices_in_service
from forge.web.builds.tabs import build_tabs
from forge.web.projects.tabs import ShownTab, tabs_of

register = template.Library()

_TABS_ATTRIBUTE = "project_tabs"
"""The attribute under which a page's render keeps the tabs, which two of its blocks show."""


@register.inclusion_tag("project/tabs.html", takes_context=True)
def project_tabs(context: template.Context) -> dict[str, Any]:
    """The tabs of the page's project."""
    return {"project": context["project"], "tabs": _tabs(context)}


@register.inclusion_tag("project/share-link.html", takes_context=True)
def project_share(context: template.Context) -> dict[str, Any]:
    """The way to the people of the page's project, for who reads it."""
    return {"project": context["project"], "tabs": _tabs(context)}


@register.inclusion_tag("builds/tabs.html", takes_context=True)
def build_page_tabs(context: template.Context, current: str) -> dict[str, Any]:
    """The tabs of the page's build; `current` is the path of the one that is open."""
    return {"build": context["build"], "tabs": build_tabs(context["build"], current)}


@register.simple_tag
def device_count(organisation: Organisation) -> int:
    """Returns how many devices of an organisation are in service. The page's reader is a member of it."""
    return devices_in_service(organisation)


def _tabs(context: template.Context) -> tuple[ShownTab, ...]:
    request = context["request"]
    if not hasattr(request, _TABS_ATTRIBUTE):
        setattr(request, _TABS_ATTRIBUTE, tabs_of(request, context["project"]))
    tabs: tuple[ShownTab, ...] = getattr(request, _TABS_ATTRIBUTE)
    return tabs
