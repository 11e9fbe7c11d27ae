"""Talking to an OCI registry: the only part of the toolchain that knows a network. It runs and builds nothing."""

from rune.remote.browser_sign_in import AskedCode, BrowserSignIn, GivenToken, NoBrowserSignIn
from rune.remote.credentials import Credentials, CredentialStore
from rune.remote.errors import (
    CredentialsUnreadable,
    DigestMismatch,
    NotARune,
    NotFound,
    ReferenceInvalid,
    RegistryRefused,
    RegistryUnreachable,
    RemoteError,
    SignInNeeded,
    UnsafeRegistry,
)
from rune.remote.reference import Reference, parse_reference, registry_url
from rune.remote.registry import PulledRune, Registry

__all__ = [
    "AskedCode",
    "BrowserSignIn",
    "CredentialStore",
    "Credentials",
    "CredentialsUnreadable",
    "DigestMismatch",
    "GivenToken",
    "NoBrowserSignIn",
    "NotARune",
    "NotFound",
    "PulledRune",
    "Reference",
    "ReferenceInvalid",
    "Registry",
    "RegistryRefused",
    "RegistryUnreachable",
    "RemoteError",
    "SignInNeeded",
    "UnsafeRegistry",
    "parse_reference",
    "registry_url",
]
