"""Checks a build's certificate against its rune, without the compiler: `python check_certificate.py CERTIFICATE RUNE`.

This file and `exact_dots.py` beside it need Python, NumPy and wasmtime, and nothing of Hammer Forge: they may be copied
anywhere and read in half an hour, 400 lines together. It checks that

* the rune is the one of the certificate, byte by byte,
* each proof holds: its constants stand in the rune, its thresholds are sorted, between two of them the exact arithmetic
  of TensorFlow Lite's reference kernels has one value, and the rune's constants give that value at both ends,
* the rune sends what the vectors say, and so does the second module that it may carry, of relaxed SIMD, whose dot
  products are spelled out: hosts differ, and it is meant for those that compute them exactly.

It takes the certificate's word for which sums a layer reaches and what they are moved by: that follows from the model,
and is for `rune verify`. It prints what was checked; else why something does not hold, and the status is 1.
"""

from __future__ import annotations

import base64
import hashlib
import json
import runpy
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from wasmtime import Config, Engine, Func, FuncType, Instance, Memory, Module, Store, ValType

FORMATS = (1, 2)
"""The first tells nothing of second modules, and holds for no rune that has one."""
ENGINE_TICKS = 100_000_000_000
"""Instructions that one run may take."""
MEMORY = 256 << 20
EXACT_IN_FLOATS = 2.0**21
"""Up to it, adding 1.5 * 2**23 to a number of single precision rounds it to the nearest integer."""
ARRAYS = (("scale", "<f4", 0), ("offset", "<f4", 0), ("exceptions", "<i4", -(2**31)), ("steps", "<i4", 0))
"""Of the constants in the rune: names, types, and what holds where there is no such array."""
PARAMETERS = {1: "<i", 2: "<f", 5: "<B", 6: "<h", 7: "<b"}
"""How the value of a capability's parameter is read, by the number of its type."""


class Refused(Exception):
    """The certificate does not hold for the rune; the message says what does not."""


def require(holds: bool, otherwise: str) -> None:
    """Raises `Refused` unless it holds."""
    if not holds:
        raise Refused(otherwise)


def check(certificate: dict[str, Any], rune: bytes) -> str:
    """What was checked, in one line. Raises `Refused`."""
    require(certificate.get("format") in FORMATS, f"its format is {certificate.get('format')!r}, none of {FORMATS}")
    told = certificate["rune"]
    require_same("it is for the rune", told, rune)
    seconds = (beside := exact_dots()).second_modules(rune)
    has_second = certificate.get("second") is not None
    require(len(seconds) == has_second, "it does not tell of the second modules that the rune has")
    parts = [(certificate["proofs"], rune, rune)]
    for second in seconds:
        require_same("it tells of the second module", certificate["second"], second)
        parts.append((certificate["second"]["proofs"], second, beside.spelled(second)))
    held = [check_proof(proof, module) for proofs, module, _ in parts for proof in proofs]
    for _, _, runs in parts:
        check_vectors(certificate["vectors"], runs)
    channels, steps = (sum(each[place] for each in held) for place in (0, 1))
    text = f"{told['name']}: {len(held)} proofs of {channels} channels with {steps} thresholds"
    return f"{text}, {len(certificate['vectors'])} vectors{', its second module too' if seconds else ''}"


def require_same(what: str, told: dict[str, Any], data: bytes) -> None:
    """Raises `Refused` unless the digest and the size that are told are those of the data."""
    found, wanted = (len(data), "sha256:" + hashlib.sha256(data).hexdigest()), (told["size"], told["digest"])
    require(found == wanted, f"{what} {wanted}, and this one is {found}")


def exact_dots() -> Any:
    """The file of that name beside this one, which is no package."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("exact_dots.py"))))


# The proofs.


def integers(text: str) -> np.ndarray:
    """An array of 64-bit integers."""
    return np.frombuffer(base64.b64decode(text), "<i8").astype(np.int64)


def exact(sums: np.ndarray, mantissas: np.ndarray, exponents: np.ndarray) -> np.ndarray:
    """What the reference makes of sums [channel, any], before the output's zero point: times mantissa * 2**-31, rounded
    to nearest, halves up; then times 2**exponent, rounded to nearest, halves away from zero."""
    left, right = np.maximum(exponents, 0)[:, None], np.maximum(-exponents, 0)[:, None]
    product = ((sums << left) * mantissas[:, None] + (1 << 30)) >> 31
    half = np.where(right > 0, np.int64(1) << np.maximum(right - 1, 0), 0)
    return np.asarray((product + half - ((product < 0) & (right > 0))) >> right)


def nearest(sums: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """The same for fully connected layers: times a factor in double precision, rounded once, halves away from zero."""
    products = sums.astype(np.float64) * factors[:, None]
    whole = np.trunc(products)
    return np.asarray(whole + np.sign(products) * (np.abs(products - whole) >= 0.5), np.int64)


def rounding(op: str, proof: dict[str, Any]) -> tuple[Callable[[np.ndarray], np.ndarray], np.ndarray]:
    """What the reference makes of sums [channel, any], and below what each channel's must stay for that."""
    if proof.get("factors") is not None:
        factors = np.frombuffer(base64.b64decode(proof["factors"]), "<f8")
        require(bool((factors >= 0).all() and (factors < 2.0**31).all()), f"{op}: a factor that no layer has")
        return lambda sums: nearest(sums, factors), np.full(len(factors), 2**31)
    mantissas, exponents = integers(proof["mantissas"]), integers(proof["exponents"])
    require(bool((mantissas >= 0).all() and (mantissas < 2**31).all()), f"{op}: a mantissa has more than 31 bits")
    require(bool((exponents >= -31).all() and (exponents <= 30).all()), f"{op}: an exponent that no shift has")
    return lambda sums: exact(sums, mantissas, exponents), 2**31 >> np.maximum(exponents, 0)


class Constants:
    """What the rune computes with, of the proven channels: in single precision, as its machine code does."""

    def __init__(self, proof: dict[str, Any], rune: bytes) -> None:
        numbers = integers(proof["numbers"])
        arrays: dict[str, np.ndarray] = {}
        for name, kind, default in ARRAYS:
            text = proof["constants"].get(name)
            if text is None:
                require(name in ("exceptions", "steps"), f"{proof['op']}: the constants have no {name}")
                arrays[name] = np.full(len(numbers), default, np.int64)
                continue
            data = base64.b64decode(text)
            require(data in rune, f"{proof['op']}: its {name} is not in the rune")
            values = np.frombuffer(data, kind)
            is_there = (numbers >= 0) & (numbers < len(values))
            require(bool(is_there.all()), f"{proof['op']}: a channel without {name}")
            arrays[name] = values[numbers]
        self.scale, self.offset = arrays["scale"][:, None], arrays["offset"][:, None]
        self.exceptions, self.steps = (arrays[name].astype(np.int64)[:, None] for name in ("exceptions", "steps"))
        self.move = integers(proof["move"])[:, None]
        self.centre, self.is_signed = int(proof["centre"]), bool(proof["signed"])
        floats = np.isfinite(self.scale).all() and np.isfinite(self.offset).all()
        is_rising = bool((self.scale >= 0).all()) and not (self.is_signed and bool((self.offset < 0).any()))
        require(bool(floats) and is_rising, f"{proof['op']}: a greater sum may give a smaller value")

    def values(self, sums: np.ndarray) -> np.ndarray:
        """What the rune makes of sums [channel, any], before it clamps."""
        moved = sums - self.move
        require(bool(((moved > -(2**31)) & (moved < 2**31)).all()), "a sum leaves 32 bits when it is moved")
        offset = np.where((moved < 0) & self.is_signed, -self.offset, self.offset).astype(np.float32)
        value = moved.astype(np.float32) * self.scale + offset
        require(bool((np.abs(value) < EXACT_IN_FLOATS).all()), "a value is too large to be rounded")
        rounded = np.rint(value).astype(np.int64) + self.centre
        return np.asarray(rounded + np.where(moved == self.exceptions, self.steps, 0))


def check_proof(proof: dict[str, Any], rune: bytes) -> tuple[int, int]:
    """How many channels and thresholds hold. Raises `Refused`.

    Both functions never fall as a sum rises, but for the rune's exceptions, each of which is one sum that is looked at
    by itself: so what holds at both ends of a stretch between two thresholds holds inside of it.
    """
    op, lowest, highest = str(proof["op"]), int(proof["lowest"]), int(proof["highest"])
    least, greatest = integers(proof["least"]), integers(proof["greatest"])
    constants = Constants(proof, rune)
    rounded, limits = rounding(op, proof)
    sizes = {len(each) for each in (least, greatest, limits, constants.move, constants.scale)}
    require(len(sizes) == 1, f"{op}: it tells of {sorted(sizes)} channels")
    require(bool((least <= greatest).all()), f"{op}: the least sum is above the greatest")
    require(bool(((-limits < least) & (greatest < limits)).all()), f"{op}: a sum leaves 32 bits")
    data = zlib.decompressobj().decompress(base64.b64decode(proof["thresholds"]), MEMORY)
    thresholds = np.frombuffer(data, "<i8").astype(np.int64).reshape(len(least), highest - lowest).cumsum(axis=1)
    starts = np.concatenate([least[:, None], thresholds], axis=1)
    ends = np.concatenate([thresholds - 1, greatest[:, None]], axis=1)
    is_sorted = bool((starts[:, :-1] <= starts[:, 1:]).all()) and bool((thresholds <= greatest[:, None] + 1).all())
    require(is_sorted, f"{op}: its thresholds are not sorted, or lie where no sum is")
    is_stretch = starts <= ends
    values = np.arange(lowest, highest + 1)[None, :]
    stretches = [np.where(is_stretch, points, least[:, None]) for points in (starts, ends)]
    for points in stretches:
        is_one = np.clip(rounded(points), lowest, highest) == values
        require(bool(is_one[is_stretch].all()), f"{op}: between two thresholds there are two values")
    beside = np.clip(constants.exceptions + constants.move + np.array([[-1, 0, 1]]), least[:, None], greatest[:, None])
    for points in (*stretches, beside):
        is_right = np.clip(constants.values(points), lowest, highest) == np.clip(rounded(points), lowest, highest)
        require(bool(is_right.all()), f"{op}: the rune's constants and the reference differ at a threshold")
    return len(least), int(thresholds.size)


# The vectors.


class Host:
    """What a rune of ABI v0 sees of its host: it reads inputs and sends messages."""

    def __init__(self, rune: bytes) -> None:
        config = Config()
        config.consume_fuel = True
        engine = Engine(config)
        self.store = Store(engine)
        self.store.set_limits(memory_size=MEMORY)
        self.capabilities: dict[int, tuple[int, dict[str, int | float]]] = {}
        self.outputs: dict[int, int] = {}
        self.inputs: dict[int, bytes] = {}
        self.sent: list[tuple[int, bytes]] = []
        self.memory: Memory | None = None
        module = Module(engine, rune)
        imports = [self._import(each.name or "", each.type) for each in module.imports]
        exports = Instance(self.store, module, imports).exports(self.store)
        self.memory = exports["memory"]  # type: ignore[assignment]
        self._call = exports["_call"]
        self._enter(exports["_manifest"])

    def _import(self, name: str, kind: Any) -> Func:
        action = getattr(self, f"_{name.strip('_')}", None)
        require(isinstance(kind, FuncType) and action is not None, f"the rune asks its host for {name}")

        def called(*arguments: int) -> int | None:
            result = action(*(argument & 0xFFFFFFFF for argument in arguments))  # type: ignore[misc]
            return result if kind.results else None

        return Func(self.store, FuncType([ValType.i32()] * len(kind.params), list(kind.results)), called)

    def _enter(self, function: Any, *arguments: int) -> None:
        self.store.set_fuel(ENGINE_TICKS)
        function(self.store, *arguments)

    def run(self, inputs: list[dict[str, Any]]) -> list[tuple[int, bytes]]:
        """What is sent for these inputs, in the order in which the rune asked for its capabilities."""
        asked = list(self.capabilities.values())
        told = [(each["capability"], each["parameters"]) for each in inputs]
        require(asked == told, f"the rune asks for {asked}, and a vector has {told}")
        data = [base64.b64decode(each["data"]) for each in inputs]
        self.inputs, self.sent = dict(zip(self.capabilities, data, strict=True)), []
        self._enter(self._call, 0, 0, 0)
        return self.sent

    def _read(self, address: int, size: int) -> bytes:
        return bytes(self.memory.read(self.store, address, address + size))  # type: ignore[union-attr]

    def _debug(self, _address: int, _size: int) -> int:
        return 0

    def _request_capability(self, kind: int) -> int:
        handle = 1 + len(self.capabilities) + len(self.outputs)
        self.capabilities[handle] = (kind, {})
        return handle

    def _request_capability_set_param(self, handle: int, key: int, size: int, at: int, length: int, kind: int) -> int:
        name = self._read(key, size).decode()
        (self.capabilities[handle][1][name],) = struct.unpack(PARAMETERS[kind], self._read(at, length))
        return 0

    def _request_provider_response(self, address: int, size: int, handle: int) -> int:
        data = self.inputs[handle]
        require(len(data) <= size, "a vector has more input than the rune reads")
        self.memory.write(self.store, data, address)  # type: ignore[union-attr]
        return len(data)

    def _request_output(self, kind: int) -> int:
        handle = 1 + len(self.capabilities) + len(self.outputs)
        self.outputs[handle] = kind
        return handle

    def _consume_output(self, handle: int, address: int, size: int) -> int:
        self.sent.append((self.outputs[handle], self._read(address, size)))
        return size


def check_vectors(vectors: list[dict[str, Any]], rune: bytes) -> None:
    """Raises `Refused` unless the rune, from its start on, sends for each vector what it says."""
    if not vectors:
        return
    host = Host(rune)
    for number, vector in enumerate(vectors):
        wanted = [(each["output"], base64.b64decode(each["data"])) for each in vector["outputs"]]
        require(host.run(vector["inputs"]) == wanted, f"vector {number}: the rune sends something else")


def main(arguments: list[str]) -> int:
    """The status."""
    if len(arguments) != 2:
        print("usage: python check_certificate.py CERTIFICATE RUNE", file=sys.stderr)
        return 2
    try:
        certificate, rune = json.loads(Path(arguments[0]).read_bytes()), Path(arguments[1]).read_bytes()
        print(check(certificate, rune))
    except Exception as error:
        reason = error if isinstance(error, Refused) else f"it cannot be checked: {type(error).__name__}: {error}"
        print(f"refused: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
