"""The keys that the option `--key` names: a text, a file, or a fingerprint."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from rune.tools.cli.registry.trusted_keys import trust_in
from rune.tools.signing.keys import Algorithm, make_private_key


def test_a_key_is_a_text_the_path_of_its_file_or_a_fingerprint(tmp_path: Path) -> None:
    key = make_private_key(Algorithm.ED25519).public
    file = tmp_path / "acme.pub"
    file.write_text(key.pem)
    of_text, of_file = trust_in([key.pem]), trust_in([str(file)])
    assert of_text == of_file
    assert key.fingerprint in trust_in([key.fingerprint]).fingerprints


def test_a_text_that_is_no_public_key_is_refused_and_not_repeated() -> None:
    text = "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n"
    with pytest.raises(click.BadParameter, match="The text: This is a private key") as error:
        trust_in([text])
    assert "secret" not in str(error.value)
