"""Asks the published npm package @sigstore/verify about a bundle."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from rune.tools.signing.keys import PublicKey

DRIVER = Path(__file__).with_name("stock_verifier.cjs")
PACKAGE = Path(__file__).parents[3] / "frontend/node_modules/@sigstore/verify"


class VerifierRefusal(Exception):
    """The verifier refuses the bundle; the text says why."""


def stock_verify(folder: Path, bundle: bytes, keys: Iterable[PublicKey], digest: str) -> dict[str, Any]:
    """The statement that a bundle proves of the artifact with this digest. Raises `Refused`."""
    if not PACKAGE.is_dir():
        pytest.skip("@sigstore/verify is not installed: run make setup")
    node = shutil.which("node")
    assert node is not None, "Node is needed: it came with the front end's build"
    (folder / "bundle.json").write_bytes(bundle)
    (folder / "keys.json").write_text(json.dumps({key.fingerprint: key.pem for key in keys}))
    result = subprocess.run(
        [node, str(DRIVER), str(folder / "bundle.json"), str(folder / "keys.json"), digest],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if result.returncode:
        raise VerifierRefusal(result.stderr)
    statement: dict[str, Any] = json.loads(result.stdout)
    return statement
