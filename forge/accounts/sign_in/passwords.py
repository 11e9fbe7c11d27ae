"""The consequences of a new password, however it is set: on a page, by a mailed link, by a command."""

from __future__ import annotations

from typing import Any

from forge.accounts.models import User
from forge.accounts.people.actions.account import end_sessions_and_tokens


class EndSessionsAndTokens:
    """A validator of passwords that refuses none: Django calls it when a new one was stored."""

    def validate(self, password: str, user: Any = None) -> None:
        """Any password will do."""

    def get_help_text(self) -> str:
        return "A new password ends all sessions and tokens, and links for anyone."

    def password_changed(self, password: str, user: User) -> None:
        """Ends sessions, tokens and links for anyone. Django does not call it when it stores the same password by a
        newer method."""
        end_sessions_and_tokens(user)
