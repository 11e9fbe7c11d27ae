"""Talking to an OCI registry: the only part of the toolchain that knows a network. It runs and builds nothing."""

from rune.tools.remote.block_publishing import BlockPublisher, PublishedBlock
from rune.tools.remote.browser_sign_in import BrowserSignIn, NoBrowserSignIn, SignInCode, TokenGrant
from rune.tools.remote.credentials import Credentials, CredentialStore
from rune.tools.remote.data_client import DataClient, DataVersion, NewSample, Terms, VersionEntry
from rune.tools.remote.errors import (
    CredentialsUnreadable,
    DigestMismatch,
    NotABlock,
    NotARune,
    NotFound,
    NotSigned,
    ReferenceInvalid,
    RegistryRefused,
    RegistryUnreachable,
    RemoteError,
    SignInNeeded,
    UnsafeRegistry,
)
from rune.tools.remote.reference import Reference, parse_reference, registry_url
from rune.tools.remote.registry import PulledBlock, PulledRune, Registry
from rune.tools.remote.withdrawing import VersionWithdrawer

__all__ = [
    "BlockPublisher",
    "BrowserSignIn",
    "CredentialStore",
    "Credentials",
    "CredentialsUnreadable",
    "DataClient",
    "DataVersion",
    "DigestMismatch",
    "NewSample",
    "NoBrowserSignIn",
    "NotABlock",
    "NotARune",
    "NotFound",
    "NotSigned",
    "PublishedBlock",
    "PulledBlock",
    "PulledRune",
    "Reference",
    "ReferenceInvalid",
    "Registry",
    "RegistryRefused",
    "RegistryUnreachable",
    "RemoteError",
    "SignInCode",
    "SignInNeeded",
    "Terms",
    "TokenGrant",
    "UnsafeRegistry",
    "VersionEntry",
    "VersionWithdrawer",
    "parse_reference",
    "registry_url",
]
