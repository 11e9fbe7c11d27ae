"""Requests to the outside lead nowhere inside, take no longer than they may, and follow nothing."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from forge.core.http.outgoing.public_addresses import Address, Resolve, is_public
from forge.webhooks.delivery.addresses import checked_url
from forge.webhooks.delivery.sending import READ_LIMIT, send
from forge.webhooks.errors import BadWebhookAddress
from tests.support.cases import each_case
from tests.support.servers.webhook_receiver import answer, drip, receiving

INSIDE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.0.0.7",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
]
OUTSIDE = ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8", "2002:808:808::1"]


def resolving(*texts: str) -> Resolve:
    def resolve(host: str, port: int) -> Sequence[Address]:
        return [ip_address(text) for text in texts]

    return resolve


@pytest.mark.protects("connections/inner-addresses")
@each_case("text", INSIDE)
def test_an_address_that_is_inside_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@each_case("text", OUTSIDE)
def test_an_address_of_the_internet_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.protects("connections/inner-addresses")
@each_case(
    "url",
    [
        "ftp://example.com/hook",
        "http://example.com/hook",
        "example.com/hook",
        "https://",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://localhost/hook",
        "https://forge.localhost/hook",
        "https://me:secret@example.com/hook",
        "https://example.com/hook#part",
        "https://example.com:99999/hook",
        "https://exämple.com/hook",
        "https://example.com/a b",
        f"https://example.com/{'x' * 500}",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_with_a_reason(url: str) -> None:
    with pytest.raises(BadWebhookAddress) as error:
        checked_url(url, anywhere=False)
    assert error.value.errors["url"]


def test_an_installation_may_allow_addresses_inside_without_encryption() -> None:
    assert checked_url(" http://10.0.0.7:8080/hook ", anywhere=True) == "http://10.0.0.7:8080/hook"


@pytest.mark.protects("connections/inner-addresses")
@each_case("text", INSIDE)
def test_nothing_is_sent_to_a_name_that_leads_inside(text: str) -> None:
    with receiving() as receiver:
        url = f"http://receiver.example:{receiver.port}/hook"
        answer = send(url, {}, "{}", anywhere=False, resolving=resolving(text), limit=2)
    assert "in a private network" in answer.error
    assert receiver.got == []


@pytest.mark.protects("connections/rebinding")
def test_one_address_inside_among_public_ones_is_enough_to_send_nothing() -> None:
    with receiving() as receiver:
        url = f"http://receiver.example:{receiver.port}/hook"
        answer = send(url, {}, "{}", anywhere=False, resolving=resolving("8.8.8.8", "127.0.0.1"), limit=2)
    assert "127.0.0.1" in answer.error
    assert receiver.got == []


@pytest.mark.protects("connections/inner-addresses")
@each_case("host", ["localhost", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]"])
def test_other_spellings_of_this_machine_are_resolved_by_the_system_and_refused(host: str) -> None:
    answer = send(f"http://{host}:9/hook", {}, "{}", anywhere=False, limit=2)
    assert answer.status is None
    assert "in a private network" in answer.error


@pytest.mark.protects("connections/rebinding")
def test_a_name_that_turns_is_resolved_once_and_its_first_address_is_the_one_that_is_connected_to() -> None:
    lookups: list[str] = []

    def turning(host: str, port: int) -> Sequence[Address]:
        lookups.append(host)
        # Public when it is checked, inside when it would be asked again. 192.0.2.0/24 answers nobody.
        return [ip_address("8.8.8.8" if len(lookups) == 1 else "127.0.0.1")]

    with receiving() as receiver:
        url = f"http://turning.example:{receiver.port}/hook"
        answer = send(url, {}, "{}", anywhere=False, resolving=turning, limit=0.3)
    assert lookups == ["turning.example"]
    assert answer.status is None
    assert receiver.got == []


def test_the_host_keeps_its_name_while_the_checked_address_is_connected_to() -> None:
    with receiving() as receiver:
        url = f"http://receiver.example:{receiver.port}/hook?a=b"
        answer = send(url, {"webhook-id": "msg_1"}, '{"a":"ü"}', anywhere=True, resolving=resolving("127.0.0.1"))
    assert answer.is_accepted
    headers, body = receiver.got[0]
    assert headers["host"] == f"receiver.example:{receiver.port}"
    assert headers["webhook-id"] == "msg_1"
    assert body == '{"a":"ü"}'


@pytest.mark.protects("connections/redirects")
def test_a_redirect_is_not_followed() -> None:
    with receiving() as target, receiving(answer(302, Location=target.url)) as receiver:
        result = send(receiver.url, {}, "{}", anywhere=True)
    assert (result.status, result.is_accepted) == (302, False)
    assert "redirect" in result.error
    assert len(receiver.got) == 1
    assert target.got == []


@pytest.mark.protects("connections/slow-receivers")
def test_an_answer_is_read_up_to_its_limit() -> None:
    with receiving(answer(500, b"x\0" * 100_000)) as receiver:
        result = send(receiver.url, {}, "{}", anywhere=True)
    assert result.status == 500
    assert len(result.body) == READ_LIMIT
    assert "\0" not in result.body


@pytest.mark.slow
@pytest.mark.protects("connections/slow-receivers")
def test_an_answer_that_never_ends_ends_at_the_limit_of_time() -> None:
    with receiving(drip) as receiver:
        answer = send(receiver.url, {}, "{}", anywhere=True, limit=0.5)
    assert "within 0.5 seconds" in answer.error
    assert answer.milliseconds < 5000


def test_nobody_at_home_and_no_such_name_are_said() -> None:
    with receiving() as receiver:
        url = receiver.url
    assert "could not be sent" in send(url, {}, "{}", anywhere=True).error

    def nothing(host: str, port: int) -> Sequence[Address]:
        raise OSError("Name or service not known")

    assert "not known" in send(url, {}, "{}", anywhere=True, resolving=nothing).error
