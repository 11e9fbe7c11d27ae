"""The behaviour of the npm package @hammer-forge/rune where something answers in the place of a server, of which it has
loaded a rune, in Node and Chromium. The cases are those of Python, in tests/rune/tools/api/test_last_good_rune.py."""

# ruff: noqa: F811  the arguments are fixtures

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.foreign.clients.test_rune_package import package  # noqa: F401  a fixture
from tests.foreign.clients.test_rune_package_attacks import (  # noqa: F401  fixtures
    NODE,
    App,
    browser,
    in_a_page,
    in_node,
)
from tests.support.forge.interference import INTERFERENCES, LAST_GOOD, Interference
from tests.support.forge.middle import (  # noqa: F401  middle and publisher are fixtures
    NEWER,
    RUNE,
    Middle,
    Publisher,
    middle,
    publisher,
    running,
)
from tests.support.servers.certificates import write_certificate
from tests.support.shares import mostly_proved

pytestmark = pytest.mark.foreign

PYTHON = """\
import json, sys
from rune import Deployment, DeploymentError
call = json.loads(sys.argv[1])
deployment = Deployment(call["source"], cache=call["options"]["cache"])
try:
    deployment.load()
    age = deployment.age and deployment.age.total_seconds()
    print(json.dumps({"version": deployment.served.version, "age": age}))
except DeploymentError as error:
    print(json.dumps({"name": error.name, "message": str(error)}))
"""

Case = tuple[Interference, bool, str]
"""The interference, whether the documents are signed, and where the package runs."""


def name_of(case: Case) -> str:
    interference, is_signed, host = case
    return f"{interference.name}, {'signed' if is_signed else 'unsigned'}, in {host}"


CASES = list(product(INTERFERENCES, (False, True), ("node", "chromium")))


def outcome(app: App) -> str:
    """`LAST_GOOD`, the version that was loaded from the server, or the name of the error."""
    answer = app.load()
    if "name" in answer:
        return str(answer["name"])
    return str(answer["version"]) if answer["age"] is None else LAST_GOOD


@pytest.mark.parametrize("case", mostly_proved(CASES, 3, name_of))
@pytest.mark.protects("delivery/refusals")
def test_something_between(
    case: Case, middle: Middle, publisher: Publisher, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    interference, is_signed, host = case
    load = request.getfixturevalue("in_node" if host == "node" else "in_a_page")
    app = App(load, middle, tmp_path if host == "node" else None)
    app.options |= {"root": publisher.roots[0]} if is_signed else {"cache": app.options.get("cache", True)}
    if not is_signed:
        del app.options["root"]
    middle.serve_unsigned(RUNE, 1)
    assert outcome(app) == "1.1"
    middle.serve_unsigned(NEWER, 2)
    middle.serve(publisher.release(NEWER, 2), NEWER, publisher)
    middle.interference = interference
    assert outcome(app) == interference.expected
    middle.interference = None
    assert outcome(app) == "1.2", "the server is there again"


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_a_certificate_of_the_network(language: str, package: Path, tmp_path: Path) -> None:
    """The network answers over TLS in the server's place, with a certificate that nobody trusts for this address."""
    program = package.parent / "away.mjs"
    program.write_text(NODE, "utf-8")
    command = [sys.executable, "-c", PYTHON] if language == "python" else ["node", str(program)]
    own = write_certificate(tmp_path / "own.pem", "server")
    environment = os.environ | {"SSL_CERT_FILE": str(own), "NODE_EXTRA_CA_CERTS": str(own)}
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(own)

    with running(context) as server:
        server.serve_unsigned(RUNE, 1)
        call = json.dumps({"source": server.url, "options": {"cache": str(tmp_path / "cache")}, "now": None})

        def load() -> Any:
            result = subprocess.run(
                [*command, call], env=environment, capture_output=True, timeout=60, check=False, cwd=Path.cwd()
            )
            assert result.returncode == 0, result.stderr.decode()
            return json.loads(result.stdout)

        assert load() == {"version": "1.1", "age": None}
        server.serve_unsigned(NEWER, 2)
        context.load_cert_chain(write_certificate(tmp_path / "hotel.pem", "hotel"))
        answer = load()
        assert answer["version"] == "1.1"
        assert answer["age"] > 0
