"""Signing in by OpenID Connect, at a real provider on this machine: from the sign-in page to the session."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.servers.live_forge import LiveForge, free_port

NewBrowser = Callable[[], httpx.Client]
PROVIDER_SECRET = "a secret of this test"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The issuer's address. It lets anyone in who names a person, and says of each what the test has told it."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        # It is tried again until the provider listens.
        with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
            client.get(f"{address}/.well-known/openid-configuration").raise_for_status()
        yield address
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def forge(provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveForge]:
    environment = {
        "OIDC_URL": provider,
        "OIDC_NAME": "Acme",
        "OIDC_CLIENT_ID": "forge",
        "OIDC_CLIENT_SECRET": PROVIDER_SECRET,
        "SIGN_ON_DOMAINS": "new.example",
    }
    with LiveForge(tmp_path_factory.mktemp("forge") / "data", environment) as running:
        yield running


def claim(provider: str, subject: str, email: str, *, is_confirmed: bool) -> None:
    claims = {"email": email, "email_verified": is_confirmed, "name": f"Person {subject}"}
    httpx.put(f"{provider}/users/{subject}", json=claims).raise_for_status()


@pytest.fixture
def new_browser() -> Iterator[NewBrowser]:
    """Gives browsers in which nobody is signed in."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(httpx.Client(follow_redirects=True, timeout=30))


def come_in(forge: LiveForge, browser: httpx.Client, subject: str) -> httpx.Response:
    """A browser's way: the link on the sign-in page, the provider's form, and back."""
    page = browser.get(f"{forge.address}/accounts/login/").text
    match = re.search(r'href="(/accounts/oidc/[^"]+)"[^>]*>\s*Sign in with Acme', page)
    assert match, page
    form = browser.get(forge.address + match[1])
    assert form.status_code == 200, form.text
    return browser.post(form.url, data={"sub": subject})


def person(forge: LiveForge, browser: httpx.Client) -> str | None:
    """The name of who is signed in; None for nobody."""
    profile = browser.get(f"{forge.address}/accounts/session").json()["person"]
    return str(profile["name"]) if profile else None


def csrf(page: httpx.Response) -> str:
    match = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert match, page.text
    return match[1]


@pytest.mark.slow
@pytest.mark.protects("sign-in/taken-addresses")
def test_who_comes_in_and_who_does_not(forge: LiveForge, provider: str, new_browser: NewBrowser) -> None:
    # A new person of a named domain gets an account, and comes back to it.
    claim(provider, "new", "kim@new.example", is_confirmed=True)
    for _ in range(2):
        browser = new_browser()
        come_in(forge, browser, "new")
        assert person(forge, browser) == "Person new"

    # An address that the provider did not confirm identifies nobody.
    claim(provider, "unchecked", "kim@new.example", is_confirmed=False)
    browser = new_browser()
    answer = come_in(forge, browser, "unchecked")
    assert (answer.status_code, person(forge, browser)) == (403, None)
    assert "did not say that your email address is confirmed" in answer.text

    # Of another domain, nobody new comes in.
    claim(provider, "far", "kim@far.example", is_confirmed=True)
    browser = new_browser()
    answer = come_in(forge, browser, "far")
    assert (answer.status_code, person(forge, browser)) == (403, None)
    assert "no account with your address" in answer.text

    # Somebody wrote the address into their account here and never confirmed it: that account is not given away.
    insider = new_browser()
    token = forge.link("mo@new.example").partition("token=")[2]
    page = insider.get(f"{forge.address}/sign-in")
    insider.post(f"{forge.address}/sign-in", data={"token": token, "csrfmiddlewaretoken": csrf(page)})
    assert person(forge, insider) == "Mo"
    claim(provider, "mo", "mo@new.example", is_confirmed=True)
    browser = new_browser()
    answer = come_in(forge, browser, "mo")
    assert (answer.status_code, person(forge, browser)) == (403, None)
    assert "not confirmed yet" in answer.text

    # Once it is confirmed by the letter, which is in the server's log here, the provider signs its person in.
    page = insider.get(f"{forge.address}/accounts/profile")
    form = {"email": "mo@new.example", "csrfmiddlewaretoken": csrf(page)}
    insider.post(f"{forge.address}/accounts/address", data=form)
    # White space ends a link: without it, the log may end within.
    letters = forge.until(lambda: re.findall(r"/accounts/confirm#token=([\w:=-]+)\s", forge.log().replace("=\n", "")))
    page = insider.get(f"{forge.address}/accounts/confirm")
    insider.post(f"{forge.address}/accounts/confirm", data={"token": letters[0], "csrfmiddlewaretoken": csrf(page)})
    browser = new_browser()
    come_in(forge, browser, "mo")
    assert person(forge, browser) == "Mo"


@pytest.mark.slow
def test_a_provider_that_is_away_is_a_page_and_not_an_error(tmp_path: Path) -> None:
    environment = {"OIDC_URL": "http://localhost:1", "OIDC_CLIENT_ID": "forge", "OIDC_CLIENT_SECRET": "x"}
    with LiveForge(tmp_path / "data", environment) as running:
        answer = httpx.get(f"{running.address}/accounts/oidc/oidc/login/", timeout=30)
    assert answer.status_code == 503, answer.text
    assert "You were not signed in" in answer.text
