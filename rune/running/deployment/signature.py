"""Checks whether a trusted key signed what a deployment serves: a Sigstore bundle with a DSSE envelope around an
in-toto statement, which names the manifest, which names the rune."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from pathlib import Path
from typing import Any, Final

from rune.running.deployment.errors import DeploymentError

_PEM: Final = "-----BEGIN"


def require_signature(signatures: Any, rune: str, public_key: str) -> None:
    """Raises `DeploymentError` unless the key signed a statement about the manifest, and the manifest names the rune.

    `signatures` is what the server sent, `public_key` the text of a PEM file. Raises `ImportError` where `cryptography`
    is not installed.
    """
    try:
        manifest = base64.b64decode(signatures["manifest"], validate=True)
        layers = json.loads(manifest)["layers"]
        if layers[0]["digest"] != rune:
            raise _refusal("The manifest that the server sent names another rune.")
        digest = hashlib.sha256(manifest).hexdigest()
        if any(_is_proof(bundle, digest, public_key) for bundle in signatures["bundles"]):
            return
    except (KeyError, IndexError, TypeError, ValueError, RecursionError, binascii.Error):
        raise _refusal("The signatures that the server sent cannot be read.") from None
    raise _refusal("No signature of this key is about the rune that the deployment serves.")


def public_key_text(public_key: str | bytes | os.PathLike[str]) -> str:
    """The text of a PEM file, from the text itself or from the path of the file. Raises `DeploymentError`."""
    text = public_key.decode(errors="replace") if isinstance(public_key, bytes) else os.fspath(public_key)
    if _PEM in text:
        return text
    if isinstance(public_key, bytes):
        raise _refusal("The public key is not a PEM text.")
    try:
        text = Path(public_key).read_text("utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no path"
        message = f"The public key is neither a PEM text nor a file that can be read: {text[:200]!r}: {reason}."
        raise _refusal(message) from None
    if _PEM not in text:
        raise _refusal(f"{os.fspath(public_key)} is not a PEM file of a public key.")
    return text


def _is_proof(bundle: Any, digest: str, public_key: str) -> bool:
    envelope = bundle["dsseEnvelope"]
    kind, payload = envelope["payloadType"].encode(), base64.b64decode(envelope["payload"], validate=True)
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    signature = base64.b64decode(envelope["signatures"][0]["sig"], validate=True)
    if not _verifies(public_key, signature, signed):
        return False
    return any(subject["digest"].get("sha256") == digest for subject in json.loads(payload)["subject"])


def _verifies(public_key: str, signature: bytes, data: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    try:
        key = serialization.load_pem_public_key(public_key.encode())
    except ValueError:
        raise _refusal("The public key is not a PEM text.") from None
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        else:
            raise _refusal("The public key is neither of Ed25519 nor of P-256.")
    except InvalidSignature:
        return False
    return True


def _refusal(message: str) -> DeploymentError:
    return DeploymentError("signature-refused", message)
