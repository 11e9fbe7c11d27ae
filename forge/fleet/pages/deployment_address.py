"""The address of a deployment's page, whose app is above this one."""

from __future__ import annotations


def deployment_address(path: str) -> str:
    """Returns the address of the page of a deployment, such as `acme/door-knock/gateways`."""
    organisation, project, name = path.split("/")
    return f"/{organisation}/{project}/deployments/{name}"
