"""What a build's certificate says, as JSON. Made by `certificate.py`, read by who checks it."""

from __future__ import annotations

from typing import TypedDict


class CertifiedRuneJson(TypedDict):
    """The rune that the certificate is about."""

    name: str
    size: int
    digest: str


class CertifiedToolchainJson(TypedDict):
    """What made it."""

    version: str
    digest: str


class CertifiedModelJson(TypedDict):
    """A model stage. A host's own model has no file and no digest."""

    stage: str
    file: str | None
    digest: str | None
    runs: str


class ProofJson(TypedDict):
    """The requantisation of one op, computed in single precision: arrays are base64 of little-endian numbers.

    `constants` are those that stand in the rune; `numbers` say which of their channels are proven here, and all other
    arrays are by these. Sums are multiplied by mantissas and powers of two, or by `factors`. `thresholds` is [channel,
    step], each as what it adds to the one before, packed with zlib.
    """

    op: str
    lowest: int
    highest: int
    centre: int
    signed: bool
    numbers: str
    mantissas: str | None
    exponents: str | None
    factors: str | None
    least: str
    greatest: str
    move: str
    constants: dict[str, str | None]
    thresholds: str


class VectorInputJson(TypedDict):
    """What one capability reads, base64; `capability` is its number in the ABI."""

    capability: int
    parameters: dict[str, int | float]
    data: str


class VectorOutputJson(TypedDict):
    """A message, base64; `output` is the number of its kind in the ABI."""

    output: int
    data: str


class VectorJson(TypedDict):
    """One run."""

    inputs: list[VectorInputJson]
    outputs: list[VectorOutputJson]


class SecondModuleJson(TypedDict):
    """The second module that the rune carries, of relaxed SIMD. The vectors are its runs too, with dot products that
    are exact."""

    size: int
    digest: str
    proofs: list[ProofJson]


class CertificateJson(TypedDict):
    """The certificate of a build. Its vectors are runs one after another, from the rune's start on; where there are
    none, `untested` says why."""

    format: int
    profile: str
    reference: str
    toolchain: CertifiedToolchainJson
    target: str
    rune: CertifiedRuneJson
    models: list[CertifiedModelJson]
    proofs: list[ProofJson]
    second: SecondModuleJson | None
    vectors: list[VectorJson]
    untested: str | None
