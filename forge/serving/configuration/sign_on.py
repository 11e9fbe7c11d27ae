"""Other services that sign people in, as the environment names them. Turned into allauth's settings here.

Read by `forge.serving.configuration.environment`. Nothing here knows Django.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from forge.serving.errors import BadAddress

OIDC = "openid_connect"
SOCIAL: Mapping[str, str] = {"github": "GitHub", "gitlab": "GitLab", "google": "Google"}
"""The services that allauth knows by name, and what they are called on pages."""


@dataclass(frozen=True)
class SignOnService:
    """A service, and as whom this server speaks to it."""

    kind: str
    """allauth's name of its kind."""
    name: str
    client_id: str
    secret: str
    url: str = ""
    """The address; for an OpenID Connect provider, its issuer."""

    @property
    def login_path(self) -> str:
        """The address where signing in by it begins."""
        return "/accounts/oidc/oidc/login/" if self.kind == OIDC else f"/accounts/{self.kind}/login/"


@dataclass(frozen=True)
class SignOnSettings:
    """The single sign-on services, and the people whom they may sign in."""

    services: tuple[SignOnService, ...] = ()
    domains: frozenset[str] = frozenset()
    """The domains of addresses for which an account is made; without one, only people who have an account come in."""

    def installed_apps(self) -> list[str]:
        """allauth's apps of these services."""
        return [f"allauth.socialaccount.providers.{service.kind}" for service in self.services]

    def provider_settings(self) -> dict[str, Any]:
        """allauth's SOCIALACCOUNT_PROVIDERS."""
        return {service.kind: _settings(service) for service in self.services}


def _settings(service: SignOnService) -> dict[str, Any]:
    app: dict[str, Any] = {"name": service.name, "client_id": service.client_id, "secret": service.secret}
    if service.kind == OIDC:
        app |= {"provider_id": "oidc", "settings": {"server_url": service.url}}
    scope = {"github": {"SCOPE": ["user:email"]}, "google": {"SCOPE": ["profile", "email"]}}.get(service.kind, {})
    return {"APPS": [app], "OAUTH_PKCE_ENABLED": True, **scope}


def read_oidc(url: str, name: str, client_id: str, secret: str) -> SignOnService | None:
    """The OpenID Connect provider at an issuer's address; None for none. Raises `BadAddress`."""
    if not (url or client_id or secret):
        return None
    split = urlsplit(url)
    is_local = split.hostname in ("localhost", "127.0.0.1", "::1")
    if not split.hostname or not (split.scheme == "https" or (split.scheme == "http" and is_local)):
        raise BadAddress("must look like https://id.example/realm, the issuer of an OpenID Connect provider")
    if not client_id or not secret:
        raise BadAddress("needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET too")
    return SignOnService(OIDC, name or split.hostname, client_id, secret, url.rstrip("/"))


def read_social(kind: str, client_id: str, secret: str) -> SignOnService | None:
    """A service that is known by name; None for none. Raises `BadAddress`."""
    if bool(client_id) != bool(secret):
        raise BadAddress(f"and {kind.upper()}_CLIENT_SECRET go together: set both, or neither")
    return SignOnService(kind, SOCIAL[kind], client_id, secret) if client_id else None


def read_sign_on(services: Iterable[SignOnService | None], domains: Iterable[str]) -> SignOnSettings:
    """Returns the combined settings. Raises `BadAddress` for an invalid domain."""
    domain_names = frozenset(domain.lower() for domain in domains)
    if any("@" in domain or "." not in domain for domain in domain_names):
        raise BadAddress("names domains of email addresses, separated by commas: acme.example,acme.test")
    return SignOnSettings(tuple(service for service in services if service), domain_names)
