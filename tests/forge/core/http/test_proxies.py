"""A reverse proxy that is not named is noticed, said once, and shown to owners; a named one is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client, RequestFactory

from forge.accounts.models import User
from forge.core.http.proxies import forget_proxy, is_behind_unnamed_proxy, notice_proxy, unnamed_proxy
from tests.support.cases import each_case


@pytest.fixture(autouse=True)
def _as_started() -> Iterator[None]:
    forget_proxy()
    yield
    forget_proxy()


@pytest.mark.protects("sign-in/unnamed-proxies")
@each_case(
    ("address", "headers", "expected"),
    [
        ("10.0.0.2", {"x-forwarded-for": "198.51.100.1"}, True),
        ("127.0.0.1", {"x-real-ip": "198.51.100.1"}, True),
        ("fd00::2", {"forwarded": "for=198.51.100.1"}, True),
        # Named: uvicorn has put the visitor, who is near too, in its place.
        ("10.0.0.9", {"x-forwarded-for": "10.0.0.9:4711"}, False),
        # Far away: somebody's own header.
        ("8.8.8.8", {"x-forwarded-for": "203.0.113.1"}, False),
        ("10.0.0.2", {}, False),
        ("", {"x-forwarded-for": "198.51.100.1"}, False),
    ],
)
def test_a_proxy_is_near_and_sends_the_header(address: str, headers: dict[str, str], expected: bool) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)
    assert is_behind_unnamed_proxy(request) is expected


@pytest.mark.protects("sign-in/unnamed-proxies")
def test_the_log_says_it_once_with_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.2", headers={"x-forwarded-for": "198.51.100.1"})
    for _ in range(3):
        notice_proxy(request)
    assert [record.getMessage().count("TRUSTED_PROXIES=10.0.0.2") for record in caplog.records] == [1]
    assert unnamed_proxy() == "10.0.0.2"


@pytest.mark.slow
@pytest.mark.protects("sign-in/unnamed-proxies")
@pytest.mark.django_db
def test_owners_see_it_and_others_do_not(
    owner: User, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    header = {"x-forwarded-for": "198.51.100.1"}
    browser_of(owner).get("/acme", headers=header)
    assert "TRUSTED_PROXIES=127.0.0.1" in browser_of(owner).get("/acme").content.decode()
    assert "TRUSTED_PROXIES" not in browser_of(viewer).get("/acme").content.decode()
