"""The version of data that a forge.yml names is read, and what is no digest is named."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from rune.source.policy.read import read_policy
from rune.source.policy.schema import policy_schema
from tests.support.cases import each_case

DIGEST = f"sha256:{7:064x}"


def test_a_digest_is_read() -> None:
    for text, expected in ((f"data: {DIGEST}\n", DIGEST), ("data:\n", None), ("limits: {}\n", None)):
        result = read_policy(text)
        assert (result.diagnostics, result.data) == ((), expected)
        jsonschema.validate(yaml.safe_load(text), policy_schema())


@each_case("value", ["newest", "3", "[a]", "{version: 3}", "sha256:12", DIGEST.upper(), f"{DIGEST}0", "''"])
def test_what_is_no_digest_is_refused(value: str) -> None:
    result = read_policy(f"data: {value}\n")
    assert result.data is None
    assert result.diagnostics[0].message.startswith(
        "Unable to parse the input: `data` must be `sha256:` and 64 hexadecimal digits, not"
    )
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(f"data: {value}\n"), policy_schema())
