"""Searching texts for secrets: what is a secret, what is none, and hostile texts."""

from __future__ import annotations

import base64
import json
import random
import time

import pytest

from forge.compute.child.steps.secret_search import MAX_PLACES, search_texts
from forge.projects.secrets.scan import SecretScan
from tests.support.cases import each_case
from tests.support.shares import mostly_proved


def _jwt() -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": "1234", "name": "x" * 100})
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        + ".c2lnbmVk"
    )


# The parts are put together here, so that no scanner of this repository takes them for real.
SECRETS = [
    ("AWS Access Key", "key = " + "AKIA" + "Z7QK3MP2W4XN8RT5"),
    ("Private Key", "-----BEGIN " + "RSA PRIVATE KEY-----"),
    ("GitHub Token", "ghp_" + "q8Zr3Kd7Lm2Xw9Vb5Nc1Tf6Hj4Ps0Gy8Ea2U"),
    ("Basic Auth Credentials", "DATABASE: postgres://forge:" + "hunter2000@db.example/forge"),
    ("Secret Keyword", 'password = "' + 'correct-horse-battery-7"'),
    ("JSON Web Token", "Authorization: Bearer " + _jwt()),
    ("Slack Token", "xoxb-" + "263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1MBS"),
    ("Stripe Access Key", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"),
]


def scan_texts(texts: list[tuple[str, bytes]]) -> SecretScan:
    """The stored result of a search."""
    return SecretScan.from_json(search_texts(texts))


@each_case(("kind", "line"), SECRETS)
@each_case("before", ["", "#" * 5000 + " ", " " * 3000])
def test_a_secret_is_found_with_its_line_wherever_it_is(kind: str, line: str, before: str) -> None:
    scan = scan_texts([("config.py", f"a = 1\n\n{before}{line}\n".encode())])
    assert (kind, "config.py", 3) in {(place["kind"], place["path"], place["line"]) for place in scan.places}
    assert all("hunter2000" not in each and "AKIA" not in each for each in scan.sentences)


@each_case("within", ["\f", "\v", "\x85", "\u2028", "\u2029"])
def test_lines_are_those_of_editors(within: str) -> None:
    scan = scan_texts([("config.py", f"a = 1{within}\r\n\r{SECRETS[0][1]}\n".encode())])
    assert {place["line"] for place in scan.places} == {3}


@pytest.mark.protects("registry/disguised-secrets")
@each_case(("kind", "secret"), [each for each in SECRETS if each[0] != "Secret Keyword"])
@each_case("line", ['s = Session("%s")', "session = connect(url='%s', timeout=5)", "x = f.g['%s']"])
def test_a_secret_within_a_call_is_one_all_the_same(kind: str, secret: str, line: str) -> None:
    scan = scan_texts([("upload.py", (line % secret.removeprefix("key = ")).encode())])
    assert kind in {place["kind"] for place in scan.places}


@pytest.mark.protects("registry/disguised-secrets")
def test_a_key_that_looks_like_an_identifier_or_a_sequence_is_one() -> None:
    key = "AKIA" + "ABCDEFGHIJKLMNOP"
    assert [place["kind"] for place in scan_texts([("a.py", key.encode())]).places] == ["AWS Access Key"]


def test_a_search_that_did_not_end_says_so_and_what_to_do() -> None:
    scan = SecretScan.from_json(search_texts([("big.txt", b"password = x" * 5)], seconds=-1))
    assert scan.sentences == ("The search of big.txt for secrets timed out. Make its lines shorter, and build again.",)


@each_case(
    "text",
    [
        "password = get_password('forge')",
        "secret = request.headers['secret-of-the-day']",
        "token = '7c0e2fb8-2a41-4bb2-9d0a-6f7f3c7e1d55'",
        "image: runicos/base@sha256:0cf1e2d3a4b5968778695a4b3c2d1e0f00112233445566778899aabbccddeeff",
        "id: 7c0e2fb8-2a41-4bb2-9d0a-6f7f3c7e1d55",
        "DATABASE_URL=postgresql://forge:PASSWORD@10.0.0.2/forge",
        "password = os.environ['PASSWORD']",
        'token: "${{ secrets.TOKEN }}"',
        "0.1,0.22,0.3333,0.44444,0.555555\n" * 100,
        "labels: [up, down, left, right]",
        "",
    ],
)
def test_digests_identifiers_and_placeholders_are_no_secrets(text: str) -> None:
    assert scan_texts([("Runefile.yml", text.encode())]).sentences == ()


@pytest.mark.parametrize("data", [b"\xff\xfe\x00" * 100, b"AKIA\0Z7QK3MP2W4XN8RT5", bytes(range(256))])
def test_what_is_no_text_is_passed_over(data: bytes) -> None:
    assert scan_texts([("model.tflite", data)]).sentences == ()


def test_many_places_are_named_up_to_a_number() -> None:
    line = SECRETS[1][1]
    assert len(scan_texts([("keys.txt", f"{line}\n".encode() * 1000)]).places) == MAX_PLACES


HOSTILE = [
    "a",
    "password",
    "password" + " " * 50,
    "=",
    '"',
    " ",
    "eyJ",
    "://",
    "a:b@",
    "AKIA",
    "ibm_cloud-iam-key=",
    "xoxb-",
]


@pytest.mark.slow
@pytest.mark.protects("registry/unread-files")
@pytest.mark.parametrize("part", mostly_proved(HOSTILE, 4, repr))
def test_a_hostile_text_ends_in_time_and_is_refused_where_it_was_not_read(part: str) -> None:
    data = (part * (1024 * 1024 // len(part))).encode()
    started = time.process_time()
    scan = search_texts([("big.txt", data), ("key.txt", SECRETS[1][1].encode())], seconds=1)
    assert time.process_time() - started < 10
    assert scan["unread"] or "key.txt" in {place["path"] for place in scan["places"]}


@pytest.mark.slow
def test_any_text_is_searched() -> None:
    generator = random.Random(7)
    for _ in range(200):
        data = bytes(generator.choices(b"AKIAeyJ.:/@=\"' \n\tpassword_-xob9" + bytes(range(0x20, 0x7F)), k=400))
        scan_texts([("any.txt", data)])
