"""Composing and signing the documents of TUF. Pure: keys come as arguments, and nothing is read or stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.metadata import Metadata, MetaFile, Role, Root, Signed, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization.json import JSONSerializer

from forge.deployments.updates.models import LIFETIMES, UpdateRole

ROOT_KEYS: Final = 3
ROOT_THRESHOLD: Final = 2
_SERIALIZER = JSONSerializer(compact=True)


@dataclass(frozen=True)
class SigningPair:
    """A key of a role with its private half."""

    role: UpdateRole
    private: Ed25519PrivateKey

    @property
    def signer(self) -> CryptoSigner:
        """The key that signs with it."""
        return CryptoSigner(self.private)

    @property
    def key(self) -> SSlibKey:
        """The public half, as documents name it."""
        return self.signer.public_key

    @property
    def private_bytes(self) -> bytes:
        """The private half as a PEM file."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass(frozen=True)
class ServedTarget:
    """The served version of a deployment: a target of TUF."""

    name: str
    """`acme/door-knock/website`: a document of another deployment says nothing about this one."""
    rune: str
    """The digest of the rune, as `sha256:` and hexadecimal digits."""
    size: int
    release: int
    version: str
    since: str


@dataclass(frozen=True)
class DocumentSet:
    """The three documents of a deployment, of one version."""

    version: int
    texts: Mapping[UpdateRole, str]
    expires: Mapping[UpdateRole, datetime]


def make_pair(role: UpdateRole) -> SigningPair:
    """Makes a key of Ed25519 from the random numbers of the system."""
    return SigningPair(role, Ed25519PrivateKey.generate())


def read_pair(role: UpdateRole, private_bytes: bytes) -> SigningPair:
    """The key in a PEM file that `private_bytes` wrote."""
    private = load_pem_private_key(private_bytes, None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError("the key is not of Ed25519")
    return SigningPair(role, private)


def root_document(
    keys: Iterable[SigningPair], version: int, now: datetime, former: Sequence[SigningPair] = ()
) -> tuple[str, datetime]:
    """A root that names the keys, and when it ends. Its own root keys sign it, and those of the root before."""
    pairs = list(keys)
    expires = _end(now, UpdateRole.ROOT)
    roles = {role.value: Role([], ROOT_THRESHOLD if role is UpdateRole.ROOT else 1) for role in UpdateRole}
    root = Root(version=version, expires=expires, roles=roles, consistent_snapshot=True)
    for pair in pairs:
        root.add_key(pair.key, pair.role.value)
    signers = {pair.key.keyid: pair for pair in (*former, *pairs) if pair.role is UpdateRole.ROOT}
    return _signed_text(root, signers.values()), expires


def deployment_documents(
    named_targets: Sequence[ServedTarget], keys: Mapping[UpdateRole, SigningPair], version: int, now: datetime
) -> DocumentSet:
    """The targets, the snapshot and the timestamp of a deployment. `named_targets` are the release that it serves and,
    while a rollout is under way, the one before it, under the name that `name_of_release` gives."""
    ends = {role: _end(now, role) for role in UpdateRole}
    files = {
        target.name: TargetFile(
            target.size,
            {"sha256": target.rune.removeprefix("sha256:")},
            target.name,
            {"custom": {"release": target.release, "version": target.version, "since": target.since}},
        )
        for target in named_targets
    }
    targets = Targets(version=version, expires=ends[UpdateRole.TARGETS], targets=files)
    targets_text = _signed_text(targets, [keys[UpdateRole.TARGETS]])
    snapshot = Snapshot(
        version=version, expires=ends[UpdateRole.SNAPSHOT], meta={"targets.json": _file(version, targets_text)}
    )
    snapshot_text = _signed_text(snapshot, [keys[UpdateRole.SNAPSHOT]])
    timestamp = Timestamp(
        version=version, expires=ends[UpdateRole.TIMESTAMP], snapshot_meta=_file(version, snapshot_text)
    )
    texts = {
        UpdateRole.TARGETS: targets_text,
        UpdateRole.SNAPSHOT: snapshot_text,
        UpdateRole.TIMESTAMP: _signed_text(timestamp, [keys[UpdateRole.TIMESTAMP]]),
    }
    return DocumentSet(version, texts, {role: ends[role] for role in texts})


def _end(now: datetime, role: UpdateRole) -> datetime:
    return (now + LIFETIMES[role]).replace(microsecond=0)


def _file(version: int, text: str) -> MetaFile:
    """Describes a document for another one: its version, length and digest."""
    return MetaFile.from_data(version, text.encode(), ["sha256"])


def _signed_text(document: Signed, pairs: Iterable[SigningPair]) -> str:
    metadata: Metadata[Any] = Metadata(document)
    for pair in pairs:
        metadata.sign(pair.signer, append=True)
    return metadata.to_bytes(_SERIALIZER).decode()
