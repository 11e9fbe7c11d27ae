"""Attacks on what a deployment serves, each by its name in the specification of TUF, against `rune.Deployment`.

The attacker answers in the server's place with everything that they recorded, and sometimes with stolen keys.
"""

# ruff: noqa: F811  the arguments are fixtures

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forge.deployments.updates.documents import root_document
from forge.deployments.updates.models import LIFETIMES, UpdateRole
from rune import Deployment, DeploymentError
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


@pytest.fixture
def app(middle: Middle, publisher: Publisher, tmp_path: Path) -> Deployment:
    """An app that was delivered with the first root."""
    return Deployment(middle.url, "hf_dev_secret", root=publisher.roots[0].encode(), cache=tmp_path)


def refusal(app: Deployment, now: float | None = None) -> DeploymentError:
    with pytest.raises(DeploymentError) as error:
        app.load() if now is None else app.load(now=lambda: now)
    return error.value


def version_of(app: Deployment) -> str:
    app.load()
    assert app.served is not None
    return app.served.version


def test_what_the_keys_signed_is_loaded_and_followed(middle: Middle, publisher: Publisher, app: Deployment) -> None:
    assert version_of(app) == "1.1"
    middle.serve(publisher.release(NEWER, 2), NEWER, publisher)
    assert version_of(app) == "1.2"
    assert app.age is None


@pytest.mark.protects("delivery/freeze")
def test_freeze(middle: Middle, publisher: Publisher, app: Deployment) -> None:
    """The attacker goes on answering with the state of last week, which had all signatures."""
    old = datetime.now(UTC) - LIFETIMES[UpdateRole.TIMESTAMP] - timedelta(hours=1)
    middle.serve(publisher.release(RUNE, 1, now=old), RUNE, publisher)
    error = refusal(app)
    assert error.name == "expired"
    assert "Somebody may hold back newer ones" in str(error)


@pytest.mark.protects("delivery/freeze")
def test_freeze_of_what_an_app_has_loaded(app: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app loaded the state while it was new. Its stored rune is no answer to a server that is there and stale."""
    app.load()
    later = datetime.now(UTC) + LIFETIMES[UpdateRole.TIMESTAMP] + timedelta(hours=1)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return later

    monkeypatch.setattr("tuf.ngclient._internal.trusted_metadata_set.datetime.datetime", Later)
    assert refusal(app).name == "expired"


@pytest.mark.protects("delivery/rollback")
def test_rollback(middle: Middle, publisher: Publisher, app: Deployment) -> None:
    """The attacker answers with an earlier release whose documents have not ended."""
    first = publisher.release(RUNE, 1)
    middle.serve(publisher.release(NEWER, 2), NEWER, publisher)
    assert version_of(app) == "1.2"
    middle.serve(first, RUNE, publisher)
    assert refusal(app).name == "older"


@pytest.mark.protects("delivery/rollback")
def test_rollback_survives_a_restart(middle: Middle, publisher: Publisher, app: Deployment, tmp_path: Path) -> None:
    first = publisher.release(RUNE, 1)
    middle.serve(publisher.release(NEWER, 2), NEWER, publisher)
    app.load()
    middle.serve(first, RUNE, publisher)
    again = Deployment(middle.url, "hf_dev_secret", root=publisher.roots[0].encode(), cache=tmp_path)
    assert refusal(again).name == "older"


@pytest.mark.protects("delivery/mix-and-match")
@pytest.mark.parametrize("role", [UpdateRole.SNAPSHOT, UpdateRole.TARGETS])
def test_mix_and_match(role: UpdateRole, middle: Middle, publisher: Publisher, app: Deployment) -> None:
    """The attacker combines the documents of two releases, each signed and in time."""
    first, second = publisher.release(RUNE, 1), publisher.release(NEWER, 2)
    middle.serve(second, NEWER, publisher)
    middle.serve_documents(second.version, {role: first.texts[role]})
    assert refusal(app).name == "mixed"


@pytest.mark.protects("delivery/mix-and-match")
def test_mix_and_match_across_deployments(middle: Middle, publisher: Publisher, app: Deployment) -> None:
    """The attacker answers with what the same keys signed for another deployment of the organisation."""
    middle.serve(publisher.release(EVIL, 2, name="acme/kitchen/beta"), EVIL, publisher)
    error = refusal(app)
    assert error.name == "mixed"
    assert "another deployment" in str(error)


@pytest.mark.protects("delivery/key-compromise")
@pytest.mark.parametrize("role", list(UpdateRole))
def test_key_compromise_of_one_role(role: UpdateRole, middle: Middle, publisher: Publisher, app: Deployment) -> None:
    """The attacker with the key of one role, and keys of their own for the others, delivers nothing."""
    key = next(pair for pair in publisher.keys if pair.role is role)
    others = [pair for pair in make_keys() if pair.role is not role]
    thief = Publisher(keys=[key, *others], roots=list(publisher.roots))
    middle.serve(thief.release(EVIL, 2), EVIL, thief)
    document = root_document(thief.keys, 2, datetime.now(UTC), [key] if role is UpdateRole.ROOT else [])[0]
    middle.answers[f"{ADDRESS}/tuf/2.root.json"] = document.encode()
    assert refusal(app).name == "signature-refused"
    del middle.answers[f"{ADDRESS}/tuf/2.root.json"]
    assert refusal(app).name == "signature-refused"


@pytest.mark.protects("delivery/key-compromise")
def test_key_compromise_ends_with_the_next_root(
    middle: Middle, publisher: Publisher, app: Deployment, tmp_path: Path
) -> None:
    """All keys but those of the root are stolen. After the owner replaced them, what they sign is refused."""
    thief = Publisher(keys=list(publisher.keys), roots=list(publisher.roots))
    publisher.replace_keys()
    middle.serve(publisher.release(NEWER, 2), NEWER, publisher)
    assert version_of(app) == "1.2"
    middle.serve(thief.release(EVIL, 3), EVIL, thief)
    assert refusal(app).name == "signature-refused"
    fresh = Deployment(middle.url, "hf_dev_secret", root=publisher.roots[0].encode(), cache=tmp_path / "other")
    assert refusal(fresh).name == "signature-refused", "an app of before follows the roots first"


@pytest.mark.protects("delivery/key-compromise")
def test_a_refusal_is_no_sign_that_there_is_no_newer_root(
    middle: Middle, publisher: Publisher, app: Deployment
) -> None:
    """Libraries take 403 for "no newer root". Here it is a refusal of the key, and says so."""
    middle.statuses[f"{ADDRESS}/tuf/2.root.json"] = (403, b'{"name": "key-revoked", "detail": "It was revoked."}')
    assert refusal(app).name == "key-revoked"


@pytest.mark.protects("delivery/loaders")
def test_other_bytes_under_a_signed_digest(middle: Middle, app: Deployment) -> None:
    middle.answers[f"{ADDRESS}/sha256:{hashlib.sha256(RUNE).hexdigest()}"] = EVIL[: len(RUNE) - 1] + b"!"
    assert refusal(app).name == "damaged"


@pytest.mark.protects("delivery/freeze")
def test_a_clock_that_is_behind(middle: Middle, app: Deployment) -> None:
    """A device without a battery wakes in 1970: every document would be in time."""
    error = refusal(app, now=0.0)
    assert error.name == "clock-wrong"
    assert "1970-01-01" in str(error)


@pytest.mark.protects("delivery/freeze")
def test_a_clock_that_is_ahead(middle: Middle, publisher: Publisher, app: Deployment) -> None:
    """The documents of an honest server have ended for a clock that is ten days ahead: the error names the clock."""
    then = datetime.now(UTC) - timedelta(days=10)
    middle.serve(publisher.release(RUNE, 1, now=then), RUNE, publisher)
    middle.date = then
    assert refusal(app).name == "clock-wrong"


@pytest.mark.parametrize("status", [500, 502, 503])
def test_the_server_is_away(status: int, middle: Middle, app: Deployment) -> None:
    """The last good signed rune is loaded, with its age."""
    app.load()
    middle.statuses[f"{ADDRESS}/tuf/2.root.json"] = (status, b"")
    rune = app.load(now=lambda: datetime.now(UTC).timestamp() + 3600)
    assert rune is not None
    assert app.age is not None
    assert timedelta(minutes=59) < app.age < timedelta(minutes=61)


def test_the_server_is_away_and_nothing_is_stored(middle: Middle, app: Deployment) -> None:
    middle.statuses[f"{ADDRESS}/tuf/2.root.json"] = (503, b"")
    assert refusal(app).name == "server-away"


def test_a_rune_of_another_trust_is_not_used(
    middle: Middle, publisher: Publisher, app: Deployment, tmp_path: Path
) -> None:
    """A release that was loaded without a root, or with another, is not proved by this root."""
    app.load()
    other = Publisher()
    middle.statuses[f"{ADDRESS}/tuf/2.root.json"] = (503, b"")
    stranger = Deployment(middle.url, "hf_dev_secret", root=other.roots[0].encode(), cache=tmp_path)
    assert refusal(stranger).name == "server-away"


@pytest.mark.parametrize("document", [b"{}", b"[]", b'{"signed": {}, "signatures": []}'])
def test_documents_that_are_none(document: bytes, middle: Middle, app: Deployment, tmp_path: Path) -> None:
    middle.answers[f"{ADDRESS}/tuf/timestamp.json"] = document
    assert refusal(app).name == "signature-refused"
    deployment = Deployment(middle.url, "hf_dev_secret", root=document, cache=tmp_path)
    assert refusal(deployment).name == "signature-refused"


@pytest.mark.protects("delivery/pinned-root")
def test_a_digest_of_the_root_protects_the_first_load_already(
    middle: Middle, publisher: Publisher, tmp_path: Path
) -> None:
    """The server sends the root; one of other keys has another digest."""
    root = publisher.roots[0].encode()
    pin = f"sha256:{hashlib.sha256(root).hexdigest()}"
    app = Deployment(middle.url, "hf_dev_secret", root=pin, cache=tmp_path)
    middle.answers[f"{ADDRESS}/tuf/1.root.json"] = Publisher().roots[0].encode()
    assert refusal(app).name == "signature-refused"
    middle.answers[f"{ADDRESS}/tuf/1.root.json"] = root
    assert version_of(app) == "1.1"
    # The document is remembered: a machine that answers in the server's place later does not change it.
    middle.answers[f"{ADDRESS}/tuf/1.root.json"] = Publisher().roots[0].encode()
    assert version_of(Deployment(middle.url, "hf_dev_secret", root=pin, cache=tmp_path)) == "1.1"


def test_a_document_without_an_end(middle: Middle, app: Deployment) -> None:
    """An endless answer stops at the limit of a document."""
    middle.answers[f"{ADDRESS}/tuf/timestamp.json"] = b"[]" + b" " * 20_000
    assert refusal(app).name == "damaged"


def test_a_folder_that_cannot_be_written(middle: Middle, publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    app = Deployment(middle.url, "hf_dev_secret", root=publisher.roots[0].encode(), cache=tmp_path / "file")
    assert refusal(app).name == "cache-unwritable"
