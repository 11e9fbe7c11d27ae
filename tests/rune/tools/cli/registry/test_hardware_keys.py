"""Keys on a token, by PKCS#11: SoftHSM is the token."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rune.tools.cli.registry.hardware_keys import KeyAddress, hardware_key, read_address
from rune.tools.signing.errors import BadKey
from rune.tools.signing.keys import Algorithm
from tests.support.cases import each_case
from tools.needs import SOFTHSM, lack

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "4711"


def address(label: str, token: str = "acme") -> str:
    return f"pkcs11:token={token};object={label}?module-path={MODULE}"


def ask_pin(_: str) -> str:
    return PIN


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A token with the label acme. The module reads its place once in a process."""
    pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11: pip install --no-deps -r requirements/judges.txt")
    if not SOFTHSM.is_here():
        pytest.skip(lack(SOFTHSM))
    folder = tmp_path_factory.mktemp("softhsm")
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    command = ["softhsm2-util", "--init-token", "--free", "--label", "acme", "--pin", PIN, "--so-pin", "123456"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    yield pkcs11.lib(MODULE).get_token(token_label="acme")
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def make_key(token: Any, algorithm: Algorithm, label: str) -> None:
    from pkcs11 import Attribute, KeyType
    from pkcs11.util.ec import encode_named_curve_parameters

    is_edwards = algorithm is Algorithm.ED25519
    curve = b"\x13\x0cedwards25519" if is_edwards else encode_named_curve_parameters("secp256r1")
    with token.open(rw=True, user_pin=PIN) as session:
        kind = KeyType.EC_EDWARDS if is_edwards else KeyType.EC
        parameters = session.create_domain_parameters(kind, {Attribute.EC_PARAMS: curve}, local=True)
        parameters.generate_keypair(store=True, label=label)


@pytest.mark.proof
@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_that_stays_on_its_token_signs(token: Any, algorithm: Algorithm) -> None:
    label = f"runes-{secrets.token_hex(3)}"
    make_key(token, algorithm, label)
    with hardware_key(address(label), ask_pin) as key:
        assert key.public.algorithm is algorithm
        signature = key.sign(b"a statement")
        assert key.public.verifies(signature, b"a statement")
        assert not key.public.verifies(signature, b"another statement")


@pytest.mark.proof
@pytest.mark.parametrize(
    ("text", "pin", "words"),
    [
        (address("nothing"), PIN, "no such key"),
        (address("runes", token="north"), PIN, "no token of this label"),
        (address("runes"), "0000", "the PIN is wrong"),
    ],
)
def test_a_token_says_why_it_signs_nothing(token: Any, text: str, pin: str, words: str) -> None:
    with pytest.raises(BadKey, match=words), hardware_key(text, lambda _: pin):
        pass


@pytest.mark.proof
def test_a_file_that_is_no_module(token: Any, tmp_path: Path) -> None:
    (tmp_path / "module.so").write_bytes(b"nothing")
    text = f"pkcs11:token=acme;object=runes?module-path={tmp_path}/module.so"
    with pytest.raises(BadKey, match="file too short"), hardware_key(text, ask_pin):
        pass


def test_an_address_is_read() -> None:
    read = read_address("pkcs11:token=our%20acme;id=%01%ff;type=private?module-path=/lib/a.so")
    assert read == KeyAddress("/lib/a.so", "our acme", None, b"\x01\xff")


@each_case(
    ("text", "words"),
    [
        ("pkcs11:token=acme;object=a", "module-path"),
        ("pkcs11:object=a?module-path=/a", "token=LABEL"),
        ("pkcs11:token=acme?module-path=/a", "object=LABEL"),
        ("pkcs11:token=acme;object=a?module-path=/a&pin-value=1", "PIN in an address"),
        ("pkcs11:token=acme;object=a;serial=1?module-path=/a", "serial"),
    ],
)
def test_an_address_that_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadKey, match=words):
        read_address(text)
