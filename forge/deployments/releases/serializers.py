"""Promotions of deployments as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.deployments.build_remarks import standings_of_releases
from forge.deployments.models import Deployment
from forge.deployments.releases.promotion import Promotion
from forge.deployments.serializers import ReleaseJson, release_to_json


class PromotionJson(TypedDict):
    """The effect of promoting a deployment."""

    source: Annotated[str, "the name of the deployment that it is promoted from"]
    release: Annotated[ReleaseJson, "what the source serves"]
    is_pending: Annotated[bool, "whether both serve different runes"]
    missing: Annotated[list[str], "what keeps it from being served, as sentences"]
    override: Annotated[
        str, "who published it past its gate and why, where it lacks something all the same; else empty"
    ]
    unmet: Annotated[list[str], "what it lacks then, as sentences"]
    changes: Annotated[list[str], "what differs from what is served, as sentences"]


def promotion_to_json(deployment: Deployment, promotion: Promotion) -> PromotionJson:
    """The promotion of a deployment that the caller has found."""
    release = promotion.offered_release
    return {
        "source": promotion.source.name,
        "release": release_to_json(release, standings_of_releases([deployment])[release.pk]),
        "is_pending": promotion.is_pending,
        "missing": list(promotion.missing),
        "override": promotion.override.override_sentence if promotion.override else "",
        "unmet": list(promotion.unmet),
        "changes": list(promotion.changes),
    }
