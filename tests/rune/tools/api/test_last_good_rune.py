"""The behaviour of `rune.Deployment` where something answers in the place of a server.
The cases are those of the JavaScript client, in tests/foreign/clients/test_last_good_rune.py."""

# ruff: noqa: F811  the arguments are fixtures

from __future__ import annotations

from pathlib import Path

import pytest

from rune import Deployment, DeploymentError
from tests.support.forge.interference import INTERFERENCES, LAST_GOOD, Interference
from tests.support.forge.middle import (  # noqa: F401  middle and publisher are fixtures
    NEWER,
    RUNE,
    Middle,
    Publisher,
    middle,
    publisher,
)


def outcome(deployment: Deployment) -> str:
    """`LAST_GOOD`, the version that was loaded from the server, or the name of the error."""
    try:
        deployment.load()
    except DeploymentError as error:
        return error.name
    assert deployment.served is not None
    return deployment.served.version if deployment.age is None else LAST_GOOD


@pytest.mark.parametrize("is_signed", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("interference", INTERFERENCES, ids=lambda case: case.name)
@pytest.mark.protects("delivery/refusals")
def test_something_between(
    interference: Interference, is_signed: bool, middle: Middle, publisher: Publisher, tmp_path: Path
) -> None:
    root = publisher.roots[0].encode() if is_signed else None
    deployment = Deployment(middle.url, "hf_dev_secret", root=root, cache=tmp_path)
    middle.serve_unsigned(RUNE, 1)
    assert outcome(deployment) == "1.1"
    middle.serve_unsigned(NEWER, 2)
    middle.serve(publisher.release(NEWER, 2), NEWER, publisher)
    middle.interference = interference
    assert outcome(deployment) == interference.expected
    middle.interference = None
    assert outcome(deployment) == "1.2", "the server is there again"
