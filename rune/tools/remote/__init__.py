"""Talking to an OCI registry: the only part of the toolchain that knows a network. It runs and builds nothing."""

from rune.tools.remote.block_publishing import BlockPublisher, PublishedBlock
from rune.tools.remote.browser_sign_in import BrowserSignIn, NoBrowserSignIn, SignInCode, TokenGrant
from rune.tools.remote.credentials import Credentials, CredentialStore
from rune.tools.remote.data_client import DataClient, NewSample, RemoteDataVersion, RemoteTerms, VersionEntry
from rune.tools.remote.errors import (
    ArtifactWithoutRune,
    CredentialsUnreadable,
    DigestMismatch,
    KeyNotRegistered,
    NotABlock,
    NotSigned,
    ReferenceInvalid,
    RegistryRefused,
    RegistryUnreachable,
    RemoteError,
    RemoteNotFound,
    TokenNeeded,
    UnsafeRegistry,
)
from rune.tools.remote.reference import Reference, parse_reference, registry_url
from rune.tools.remote.registry import PulledBlock, PulledRune, Registry
from rune.tools.remote.withdrawing import VersionWithdrawer

__all__ = [
    "ArtifactWithoutRune",
    "BlockPublisher",
    "BrowserSignIn",
    "CredentialStore",
    "Credentials",
    "CredentialsUnreadable",
    "DataClient",
    "DigestMismatch",
    "KeyNotRegistered",
    "NewSample",
    "NoBrowserSignIn",
    "NotABlock",
    "NotSigned",
    "PublishedBlock",
    "PulledBlock",
    "PulledRune",
    "Reference",
    "ReferenceInvalid",
    "Registry",
    "RegistryRefused",
    "RegistryUnreachable",
    "RemoteDataVersion",
    "RemoteError",
    "RemoteNotFound",
    "RemoteTerms",
    "SignInCode",
    "TokenGrant",
    "TokenNeeded",
    "UnsafeRegistry",
    "VersionEntry",
    "VersionWithdrawer",
    "parse_reference",
    "registry_url",
]
