"""The use of the chosen deployment on its pages: the lines to copy, and the rune to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from forge.core.dist import dist_address, npm_package, pip_requirement, runtime_wheel
from forge.deployments.pages.cards import Card
from forge.deployments.pages.trial import RuneToTry, rune_to_try
from forge.deployments.serving.player_script import current_script
from forge.deployments.signed_releases import root_digest_of
from forge.deployments.snippets.interface import SnippetInterface, interface_of
from forge.deployments.snippets.texts import Snippet, UsedDeployment, deployment_snippets

RUNTIME = "hammer-forge-runtime"
KEY_PLACEHOLDER = "YOUR-KEY"
"""The placeholder in the lines without a key."""


@dataclass(frozen=True)
class DeploymentUsage:
    """The lines of a deployment in each language, the chosen one of them, and the rune to try."""

    card: Card
    ways: Sequence[Snippet]
    """Empty while nothing of the organisation is signed: pasted without `root`, lines accept any older version."""
    is_unsigned: bool
    way: Snippet | None
    """The chosen way to use it; None where the build does not say what the rune takes."""
    has_key: bool
    """Whether the lines have a whole key, and not what it begins and ends with."""
    try_url: str
    """A link that opens the rune on a phone without an account, with the whole key behind its `#`; "" without one."""
    tabs: str
    """The address of a tab, without the language at its end."""
    trial: RuneToTry


def usage_of(card: Card, tabs: str, language: str = "", secret: str = "") -> DeploymentUsage:
    """The lines of a deployment. `language` is the chosen tab, `tabs` the address of a tab without it, and `secret` a
    key that was created just now."""
    deployment, build = card.deployment, card.now.build
    artefact = build.artefact
    interface = interface_of(artefact.report.get("pipeline", {})) if artefact else None
    root = root_digest_of(deployment.project.organisation_id)
    used_deployment = UsedDeployment(deployment.project.name, card.url, secret or card.hint or KEY_PLACEHOLDER, root)
    ways = _ways(used_deployment, interface) if root else []
    return DeploymentUsage(
        card,
        ways,
        not root,
        next((way for way in ways if way.language == language), next(iter(ways), None)),
        bool(secret),
        f"{card.url}/try#key={quote(secret, safe='')}" if secret else "",
        tabs,
        rune_to_try(build),
    )


def _ways(deployment: UsedDeployment, interface: SnippetInterface | None) -> list[Snippet]:
    """The lines with the commands that install the packages of this server."""
    npm, wheel = npm_package(), runtime_wheel()
    return deployment_snippets(
        deployment,
        interface,
        current_script(),
        f"npm install {dist_address(npm)}" if npm else "",
        f'pip install "{pip_requirement(f"{RUNTIME}[updates]", wheel)}"' if wheel else "",
    )
