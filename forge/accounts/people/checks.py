"""Checks of a person's name, address and password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from forge.accounts.models import User

MAX_NAME_LENGTH = 80
"""Characters of what a person is called."""
MAX_EMAIL_LENGTH = 254
"""Characters of an address."""
ADDRESS_IN_USE = "An account with this address exists already. Sign in with it, or use another address."


def name_errors(name: str) -> dict[str, list[str]]:
    """Returns the reasons why a name cannot be a person's; empty if it can."""
    return {} if 0 < len(name) <= MAX_NAME_LENGTH else {"name": [f"Your name has 1 to {MAX_NAME_LENGTH} characters."]}


def email_errors(email: str) -> dict[str, list[str]]:
    """Returns the reasons why an address cannot be a new account's; empty if it can."""
    try:
        validate_email(email)
    except ValidationError:
        return {"email": ["This does not look like an email address."]}
    if len(email) > MAX_EMAIL_LENGTH:
        return {"email": [f"An email address has at most {MAX_EMAIL_LENGTH} characters."]}
    if User.objects.filter(email=email).exists():
        return {"email": [ADDRESS_IN_USE]}
    return {}


def password_errors(password: str, user: Any) -> dict[str, list[str]]:
    """Returns the reasons why a password cannot be used; empty if it can."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {"password": [str(message) for message in error.messages]}
    return {}
