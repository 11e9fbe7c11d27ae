"""Actions on deployments. Each act checks the permission, does it, and writes the audit entry and the
event."""

from forge.deployments.keys.actions import create_key, revoke_key, rotate_key
from forge.deployments.releases.actions.following import follow_tag
from forge.deployments.releases.actions.promoting import promote
from forge.deployments.releases.actions.serving import go_back, serve_tag
from forge.deployments.settings.actions import (
    change_deployment,
    create_deployment,
    delete_deployment,
)

__all__ = [
    "change_deployment",
    "create_deployment",
    "create_key",
    "delete_deployment",
    "follow_tag",
    "go_back",
    "promote",
    "revoke_key",
    "rotate_key",
    "serve_tag",
]
