"""Making a token on its page, as a person does, and what a robot needs besides."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable

from playwright.sync_api import Page

from tests.support.servers.live_forge import REPOSITORY, LiveForge


def make_token(page: Page, forge: LiveForge, name: str, scopes: Iterable[str]) -> str:
    """Ticks scopes on the page Tokens, creates the token, and returns its secret."""
    page.goto(f"{forge.address}/accounts/tokens")
    page.get_by_label("What it is for").fill(name)
    boxes = page.get_by_role("group", name="What it may do").get_by_role("checkbox")
    for box in boxes.all():
        box.uncheck()
    for scope in scopes:
        page.get_by_role("checkbox", name=scope).check()
    page.get_by_role("button", name="Create token").click()
    return page.get_by_label("The new token").input_value()


def confirm_address(forge: LiveForge, email: str) -> None:
    """Confirms an address, as its owner does by a letter: checks and owners are named by confirmed ones."""
    code = (
        "from allauth.account.models import EmailAddress; from forge.accounts.models import User; "
        f"user = User.objects.get(email={email!r}); "
        "EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={'verified': True})"
    )
    command = [sys.executable, "manage.py", "shell", "-c", code]
    subprocess.run(command, cwd=REPOSITORY, env=forge.environment, capture_output=True, check=True, timeout=60)
