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
    """A model stage. A host's own model has no file and no digest. `outputs` are the numbers of those that are read."""

    stage: str
    file: str | None
    digest: str | None
    runs: str
    outputs: list[int]


class ProofJson(TypedDict):
    """That constants in another arithmetic than the reference's give the same bytes: arrays are base64 of little-endian
    64-bit integers.

    `least` and `greatest` are of all channels, as are `move`, `centre` and `signed` of single precision; `numbers` are
    the channels that have more than one value. `thresholds` is [channel of these, step], each as what it adds to the
    one before, packed with zlib.
    """

    centre: int
    signed: bool
    move: str
    least: str
    greatest: str
    numbers: str
    thresholds: str


class CertifiedLayerJson(TypedDict):
    """An operator of a model whose bytes the rune may compute in a way of its own, by the number of its output's tensor
    in the model's file.

    `outputs` are the channels that the rune has, null where it has them all. `constants` are the arrays that stand in
    the rune, base64. Its sums count the input from `counted_from`. `rounding` is `single`, `once`, `twice`, `nearest`
    or, of sums of two, `pairs` or `terms`; the first two have a proof.
    """

    stage: str
    tensor: int
    op: str
    outputs: str | None
    counted_from: int
    rounding: str
    constants: dict[str, str | None]
    proof: ProofJson | None


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
    layers: list[CertifiedLayerJson]


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
    layers: list[CertifiedLayerJson]
    second: SecondModuleJson | None
    vectors: list[VectorJson]
    untested: str | None
