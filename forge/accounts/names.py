"""Valid names of organisations and projects: the lower-case grammar of OCI repositories, without reserved paths.

https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pulling-manifests gives the grammar.
"""

from __future__ import annotations

import re

from forge.accounts.errors import BadName

MAXIMUM_LENGTH = 60
"""Characters of a name; two of them and a slash stay well below the 255 that OCI clients take."""

_GRAMMAR = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")

_FIRST_WORDS = """
    about accounts admin api apps assets blog builds collect community compare console contact d default dist docs
    download explore favicon.ico forge frame hammer health healthz help hmr home invitations join kms lab legal llms.txt
    login logout mcp media metrics new oauth organisations player pricing privacy projects readyz recordings register
    registry robots.txt rune runes saga schemas search security settings sign-in sign-out signin signout signup
    standings static status studio support sw.js system team teams templates terms tokens trust try users v1 v2 www ws
"""
_SECOND_WORDS = "api deleted deployments devices invitations members new people projects settings teams"

SERVER_ORGANISATION = "templates"
"""The name of the server's own organisation, which is one of the reserved words."""

RESERVED_ORGANISATIONS = frozenset(_FIRST_WORDS.split())
"""The first words of our own paths, and those that we may want."""

RESERVED_PROJECTS = frozenset(_SECOND_WORDS.split())
"""The second words of an organisation's own pages, and those that we may want."""


def check_organisation_name(name: str) -> str:
    """The name itself. Raises `BadName`."""
    return _checked_name(name, RESERVED_ORGANISATIONS, "An organisation")


def check_project_name(name: str) -> str:
    """The name itself. Raises `BadName`."""
    return _checked_name(name, RESERVED_PROJECTS, "A project")


def check_team_name(name: str) -> str:
    """The name itself. Raises `BadName`."""
    return _checked_name(name, frozenset(), "A team")


def _checked_name(name: str, reserved_names: frozenset[str], what: str) -> str:
    if not name:
        raise BadName("Enter a name: lower-case letters, digits, and - . _ between them.")
    if len(name) > MAXIMUM_LENGTH:
        raise BadName(f"{what}'s name has at most {MAXIMUM_LENGTH} characters; this one has {len(name)}.")
    if not _GRAMMAR.fullmatch(name):
        raise BadName(
            f"{what}'s name is made of lower-case letters and digits, with single - . or _ between them, "
            f"like gesture-wand. Try {slug(name)}."
        )
    if name in reserved_names:
        raise BadName(f"{name} is reserved for Hammer Forge's own addresses. Choose another name.")
    return name


def is_name(text: str) -> bool:
    """Returns whether a text can be a name; another text is not looked up."""
    return len(text) <= MAXIMUM_LENGTH and _GRAMMAR.fullmatch(text) is not None


def slug(text: str) -> str:
    """A name in the grammar that is near to the text; `project` when nothing is left of it."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:MAXIMUM_LENGTH].strip("-") or "project"
