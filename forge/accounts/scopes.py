"""Scopes limit a token to some rights of its owner: each is a verb on a resource. A scope adds nothing to a role."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum


class Scope(StrEnum):
    """A verb on a resource, as tokens and the API name it."""

    ACCOUNT_READ = "account:read"
    ACCOUNT_WRITE = "account:write"
    ORGANISATION_READ = "organisation:read"
    PROJECT_READ = "project:read"
    PROJECT_CREATE = "project:create"
    PROJECT_WRITE = "project:write"
    PROJECT_DRAFT = "project:draft"
    BUILD_RUN = "build:run"
    REVIEW_WRITE = "review:write"
    CHECK_WRITE = "check:write"
    RUNE_PUBLISH = "rune:publish"
    REGISTRY_PULL = "registry:pull"
    REGISTRY_PUSH = "registry:push"
    DEPLOYMENT_MANAGE = "deployment:manage"
    PROJECT_MANAGE = "project:manage"
    ORGANISATION_CREATE = "organisation:create"
    ORGANISATION_WRITE = "organisation:write"
    MEMBER_MANAGE = "member:manage"
    AUDIT_READ = "audit:read"
    WEBHOOK_MANAGE = "webhook:manage"
    DEVICE_MANAGE = "device:manage"


SCOPE_GROUPS: Mapping[str, Mapping[Scope, str]] = {
    "Read": {
        Scope.REGISTRY_PULL: "Pull from the registry",
        Scope.PROJECT_READ: "Read projects, their files and builds",
        Scope.ORGANISATION_READ: "Read your organisations and their members",
        Scope.ACCOUNT_READ: "Read your account and list your samples and notices",
    },
    "Work": {
        Scope.PROJECT_WRITE: "Edit projects and their files, end the access of your phones to them",
        Scope.PROJECT_DRAFT: "Write drafts of projects, offer them for review, and train models",
        Scope.BUILD_RUN: "Run builds and previews, choose their targets, and stop jobs",
        Scope.REVIEW_WRITE: "Ask for reviews, comment and give verdicts",
        Scope.CHECK_WRITE: "Post the results of checks that forge.yml names",
        Scope.PROJECT_CREATE: "Create projects",
        Scope.ACCOUNT_WRITE: "Withdraw samples, manage your notices and watch projects",
    },
    "Publish": {
        Scope.RUNE_PUBLISH: "Publish versions of runes and blocks, and withdraw them",
        Scope.REGISTRY_PUSH: "Push artifacts and signatures to the registry, and delete them there",
        Scope.DEPLOYMENT_MANAGE: "Change what deployments serve, and manage their keys",
        Scope.DEVICE_MANAGE: "Claim devices, label, restart and retire them, and read their logs",
    },
    "Administer": {
        Scope.MEMBER_MANAGE: "Invite and remove members and change their roles, owners excepted",
        Scope.PROJECT_MANAGE: "Delete and restore projects, and change their visibility",
        Scope.AUDIT_READ: "Read the audit log of your organisations and your account",
        Scope.WEBHOOK_MANAGE: "Manage webhooks, which send what happens to addresses outside",
        Scope.ORGANISATION_WRITE: "Rename organisations",
        Scope.ORGANISATION_CREATE: "Create organisations",
    },
}
"""All scopes as pages offer them, each in one group with its description: what most tokens are for comes first."""

SCOPE_TEXTS: Mapping[Scope, str] = {
    scope: text for descriptions in SCOPE_GROUPS.values() for scope, text in descriptions.items()
}
"""The description of a scope on pages."""

_READ = (Scope.ACCOUNT_READ, Scope.ORGANISATION_READ, Scope.PROJECT_READ, Scope.REGISTRY_PULL)
_WORK = (
    Scope.ACCOUNT_WRITE,
    Scope.PROJECT_CREATE,
    Scope.PROJECT_WRITE,
    Scope.PROJECT_DRAFT,
    Scope.BUILD_RUN,
    Scope.REVIEW_WRITE,
    Scope.RUNE_PUBLISH,
    Scope.REGISTRY_PUSH,
)
_ADMIN = (
    Scope.ORGANISATION_READ,
    Scope.PROJECT_READ,
    Scope.DEPLOYMENT_MANAGE,
    Scope.DEVICE_MANAGE,
    Scope.PROJECT_MANAGE,
    Scope.ORGANISATION_CREATE,
    Scope.ORGANISATION_WRITE,
    Scope.MEMBER_MANAGE,
    Scope.AUDIT_READ,
    Scope.WEBHOOK_MANAGE,
)
SHORT: Mapping[str, tuple[Scope, ...]] = {
    "read": _READ,
    "write": (*_READ, *_WORK),
    "registry": (Scope.REGISTRY_PULL,),
    "admin": _ADMIN,
}
"""Short names for several scopes. `admin` alone has members, deletion, visibility and organisations in it."""

OF_ACCOUNT = frozenset({Scope.ACCOUNT_READ, Scope.ACCOUNT_WRITE, Scope.ORGANISATION_CREATE})
"""Scopes for what is of no organisation: a token that is restricted to organisations or projects has none of them."""

OF_ORGANISATION = frozenset(
    {
        Scope.ORGANISATION_READ,
        Scope.ORGANISATION_WRITE,
        Scope.PROJECT_CREATE,
        Scope.MEMBER_MANAGE,
        Scope.AUDIT_READ,
        Scope.WEBHOOK_MANAGE,
        Scope.DEVICE_MANAGE,
    }
)
"""Scopes for what is of an organisation and of none of its projects: one that is restricted to projects has none of
them."""

_NEEDS: Mapping[Scope, tuple[Scope, ...]] = {
    Scope.PROJECT_CREATE: (Scope.ORGANISATION_READ,),
    Scope.PROJECT_WRITE: (Scope.PROJECT_READ,),
    Scope.PROJECT_DRAFT: (Scope.PROJECT_READ,),
    Scope.BUILD_RUN: (Scope.PROJECT_READ,),
    Scope.REVIEW_WRITE: (Scope.PROJECT_READ,),
    Scope.CHECK_WRITE: (Scope.PROJECT_READ,),
    Scope.RUNE_PUBLISH: (Scope.PROJECT_READ,),
    Scope.REGISTRY_PUSH: (Scope.REGISTRY_PULL,),
    Scope.DEPLOYMENT_MANAGE: (Scope.PROJECT_READ,),
    Scope.PROJECT_MANAGE: (Scope.PROJECT_READ, Scope.ORGANISATION_READ),
    Scope.ORGANISATION_WRITE: (Scope.ORGANISATION_READ,),
    Scope.MEMBER_MANAGE: (Scope.ORGANISATION_READ,),
    Scope.AUDIT_READ: (Scope.ORGANISATION_READ,),
    Scope.WEBHOOK_MANAGE: (Scope.ORGANISATION_READ,),
    Scope.DEVICE_MANAGE: (Scope.ORGANISATION_READ,),
}
"""Changing a thing takes reading it."""

SCOPE_NAMES: tuple[str, ...] = (*SHORT, *Scope)
"""The scopes that a request for a token may name."""


def allowed_scopes(restriction: Collection[str] | None) -> frozenset[Scope]:
    """The scopes that mean anything to a token of this reach."""
    if restriction is None:
        return frozenset(Scope)
    has_organisation = any(key.startswith("organisation:") for key in restriction)
    return frozenset(Scope) - OF_ACCOUNT - (frozenset() if has_organisation else OF_ORGANISATION)


def expand_scopes(names: Collection[str], restriction: Collection[str] | None = None) -> list[str]:
    """The scopes behind names out of `SCOPE_NAMES`, with what they need, in the order of `Scope`.

    What a reach leaves no meaning is left out of a short name, and out of what is needed.
    """
    scopes = {Scope(scope) for name in names for scope in SHORT.get(name, (name,))}
    scopes |= {needed_scope for scope in scopes for needed_scope in _NEEDS.get(scope, ())}
    return [str(scope) for scope in Scope if scope in scopes & allowed_scopes(restriction)]


def excluded_scopes(names: Collection[str], restriction: Collection[str] | None) -> list[str]:
    """The scopes that were asked for by their own names and mean nothing to a token of this reach."""
    return [scope for scope in names if scope not in SHORT and scope not in allowed_scopes(restriction)]
