"""The tabs of a deployment's page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from forge.deployments.hooks import deployment_parts
from forge.deployments.models import Deployment


class DeploymentTab(StrEnum):
    """A tab of a deployment's page; the address says it as `tab`, where it is not the first."""

    OVERVIEW = ""
    KEYS = "keys"
    HISTORY = "history"
    SETTINGS = "settings"
    STATE = "state"


WORDS = {
    DeploymentTab.OVERVIEW: "Overview",
    DeploymentTab.KEYS: "Keys",
    DeploymentTab.HISTORY: "History",
    DeploymentTab.SETTINGS: "Settings",
    DeploymentTab.STATE: "Signed state",
}
TABS_OF_BUTTONS = {
    "key": DeploymentTab.KEYS,
    "rotate": DeploymentTab.KEYS,
    "revoke": DeploymentTab.KEYS,
    "return": DeploymentTab.HISTORY,
    "save": DeploymentTab.SETTINGS,
    "delete": DeploymentTab.SETTINGS,
    "replace-keys": DeploymentTab.STATE,
}
"""The tab of each button that is not on the first one."""


@dataclass(frozen=True)
class DeploymentTabLink:
    """A tab as a page draws it."""

    words: str
    address: str
    is_current: bool
    count: str = ""
    """A count beside the words, such as `1 stopped`, or ""."""


def tab_named(name: str, *, may_deploy: bool) -> DeploymentTab:
    """Returns the tab of `?tab=` in an address; the first one for a name that is unknown or not for the reader."""
    tab = next((tab for tab in DeploymentTab if tab == name), DeploymentTab.OVERVIEW)
    return tab if tab is not DeploymentTab.SETTINGS or may_deploy else DeploymentTab.OVERVIEW


def tab_of_button(button: str) -> DeploymentTab:
    """Returns the tab on which a button stands."""
    return TABS_OF_BUTTONS.get(button, DeploymentTab.OVERVIEW)


def address_of_tab(deployment: Deployment, tab: DeploymentTab) -> str:
    """Returns the address of a tab."""
    return deployment.get_absolute_url() + (f"?tab={tab}" if tab else "")


def shown_tabs(
    deployment: Deployment, current: DeploymentTab | str, *, may_deploy: bool
) -> tuple[DeploymentTabLink, ...]:
    """Returns the tabs that the reader has: settings are for people who may deploy. The pages of other apps come last,
    and `current` is the name of one of them on it."""
    own = (
        DeploymentTabLink(words, address_of_tab(deployment, tab), tab == current)
        for tab, words in WORDS.items()
        if may_deploy or tab is not DeploymentTab.SETTINGS
    )
    parts = sorted((part for some in deployment_parts.call(deployment) for part in some), key=lambda part: part.words)
    return (
        *own,
        *(
            DeploymentTabLink(
                part.words, f"{deployment.get_absolute_url()}/{part.name}", part.name == current, part.count
            )
            for part in parts
        ),
    )
