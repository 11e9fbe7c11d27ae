"""Keys of several kinds in the signed documents that the npm package @hammer-forge/rune verifies. python-tuf and
securesystemslib sign with them."""

# ruff: noqa: F811  the arguments are fixtures

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from securesystemslib.formats import encode_canonical

from forge.deployments.updates.documents import SigningPair
from forge.deployments.updates.models import UpdateRole
from tests.foreign.clients.test_rune_package import package  # noqa: F401  a fixture
from tests.foreign.clients.test_rune_package_attacks import (  # noqa: F401  fixtures, and the hosts of `app`
    App,
    app,
    browser,
    in_a_page,
    in_node,
    pytest_generate_tests,
)
from tests.support.forge.middle import (  # noqa: F401  middle and publisher are fixtures
    ADDRESS,
    EVIL,
    NEWER,
    RUNE,
    Middle,
    Publisher,
    make_keys,
    middle,
    publisher,
)

pytestmark = pytest.mark.foreign


def of_p256(keys: list[SigningPair]) -> list[SigningPair]:
    """Keys of P-256 in place of these."""
    created = [ec.generate_private_key(ec.SECP256R1()) for _ in keys]
    return [SigningPair(pair.role, private) for pair, private in zip(keys, created, strict=True)]  # type: ignore[arg-type]


def test_keys_of_p256(middle: Middle, publisher: Publisher, app: App) -> None:
    """An organisation whose keys are of P-256, which python-tuf and securesystemslib sign with."""
    publisher.replace_keys(of_p256(make_keys()))
    middle.serve(publisher.release(NEWER, 2), NEWER, publisher)
    assert app.load()["version"] == "1.2"
    app.options["root"] = publisher.roots[1]
    assert app.load()["version"] == "1.2"
    thief = Publisher(keys=of_p256(make_keys()), roots=list(publisher.roots))
    middle.serve(thief.release(EVIL, 3), EVIL, thief)
    assert app.refusal() == "signature-refused"
    changed = json.loads(publisher.release(EVIL, 3).texts[UpdateRole.TIMESTAMP])
    changed["signed"]["version"] += 1
    middle.answers[f"{ADDRESS}/tuf/timestamp.json"] = json.dumps(changed).encode()
    assert app.refusal() == "signature-refused"


@pytest.mark.parametrize(("unread", "expected"), [(1, "1.1"), (2, "signature-refused")])
def test_root_keys_of_a_kind_that_is_not_read(unread: int, expected: str, middle: Middle, app: App) -> None:
    """Such keys count as keys that did not sign: two of the three are enough."""
    keys = make_keys()
    root = [pair for pair in keys if pair.role is UpdateRole.ROOT]
    for pair in root[:unread]:
        keys[keys.index(pair)] = SigningPair(UpdateRole.ROOT, rsa.generate_private_key(65537, 2048))  # type: ignore[arg-type]
    publisher = Publisher(keys)
    middle.serve(publisher.release(RUNE, 1), RUNE, publisher)
    app.options["root"] = publisher.roots[0]
    answer = app.load()
    assert answer.get("version", answer.get("name")) == expected


def test_key_compromise_by_one_key_with_two_names(middle: Middle, app: App) -> None:
    """The threshold counts a key once that the root writes in two ways."""
    keys = of_p256(make_keys())
    first = next(pair for pair in keys if pair.role is UpdateRole.ROOT)
    publisher = Publisher(keys)
    root = json.loads(publisher.roots[0])
    entry = root["signed"]["keys"][first.key.keyid]
    again = {**entry, "keyval": {"public": entry["keyval"]["public"].strip()}}
    root["signed"]["keys"]["0" * 64] = again
    root["signed"]["roles"]["root"]["keyids"] = [first.key.keyid, "0" * 64]
    signature = first.signer.sign(str(encode_canonical(root["signed"])).encode()).signature
    root["signatures"] = [{"keyid": name, "sig": signature} for name in (first.key.keyid, "0" * 64)]
    publisher.roots = [json.dumps(root)]
    middle.serve(publisher.release(RUNE, 1), RUNE, publisher)
    app.options["root"] = publisher.roots[0]
    assert app.refusal() == "signature-refused"
