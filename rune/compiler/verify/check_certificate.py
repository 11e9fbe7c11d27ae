"""Checks a certificate without the compiler: `python check_certificate.py CERTIFICATE RUNE [MODEL...]`.

This file and four beside it need Python, NumPy and wasmtime, and nothing of Hammer Forge: they may be copied anywhere.
`model_tables.py` reads models, `model_layers.py` their layers, `run_vectors.py` runs runes, and `exact_dots.py` spells
out dot products. It checks that

* the rune is the one of the certificate, byte by byte, and so are the models that it was compiled from,
* each layer of these models that a rune may compute in a way of its own is there, and nothing else: its bias and
  its constants stand in the rune, and are what follows from the model,
* where they are other ones than the reference's there is a proof, for all sums that the model's layer can reach: its
  thresholds are sorted, between two of them the exact arithmetic of TensorFlow Lite's reference kernels has one value,
  and the rune's constants give that value at both ends,
* the rune sends what the vectors say, and so does its module of relaxed SIMD, whose dot products are spelled out.

It does not check the rune's code nor where its weights are: vectors and `rune verify` do. It prints what was checked.
"""

from __future__ import annotations

import base64
import hashlib
import json
import runpy
import sys
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

FORMAT = 3
MEMORY = 256 << 20
"""Bytes of a layer's thresholds, at most."""
EXACT_IN_FLOATS = 2.0**21
"""Up to it, adding 1.5 * 2**23 to a number of single precision rounds it to the nearest integer."""
KINDS = dict.fromkeys(("bias", "exceptions", "steps", "multiplier", "factor", "left", "shift"), "<i4")
KINDS |= {"offset": "<f4", "exponent": "<i1"}
"""What the numbers of constants are; of `scale` and `mantissa` the rounding says it."""


class Refused(Exception):
    """The certificate does not hold for the rune; the message says what does not."""


def require(holds: Any, otherwise: str) -> None:
    """Raises `Refused` unless it holds."""
    if not holds:
        raise Refused(otherwise)


def beside(name: str) -> Any:
    """The file of that name beside this one, which is no package."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name(f"{name}.py")), run_name=name))


def check(certificate: dict[str, Any], rune: bytes, models: Sequence[bytes] = ()) -> str:
    """What was checked, in one line. Raises `Refused`."""
    format_number = certificate.get("format")
    require(
        format_number == FORMAT,
        f"its format is {format_number!r}, not {FORMAT}: build the rune anew for a certificate of today",
    )
    rune_entry = certificate["rune"]
    require_same("it is for the rune", rune_entry, rune)
    dots, runs = beside("exact_dots"), beside("run_vectors")
    seconds = dots.second_modules(rune)
    has_second = certificate.get("second") is not None
    require(len(seconds) == has_second, "it does not tell of the second modules that the rune has")
    checked = [check_layers(certificate, certificate["layers"], rune, models)]
    modules = [rune]
    for second in seconds:
        require_same("it tells of the second module", certificate["second"], second)
        checked.append(check_layers(certificate, certificate["second"]["layers"], second, models))
        modules.append(dots.spelled(second))
    for module in modules:
        try:
            runs.check_vectors(certificate["vectors"], module)
        except runs.Differs as error:
            raise Refused(str(error)) from None
    layers, proofs = (sum(each[place] for each in checked) for place in (0, 1))
    text = f"{rune_entry['name']}: {layers} layers, {proofs} of them by proof"
    return f"{text}, {len(certificate['vectors'])} vectors{', its second module too' if seconds else ''}"


def digest(data: bytes) -> str:
    """As certificates have it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def require_same(what: str, entry: dict[str, Any], data: bytes) -> None:
    """Raises `Refused` unless the digest and the size that are told are those of the data."""
    actual, expected = (len(data), digest(data)), (entry["size"], entry["digest"])
    require(actual == expected, f"{what} {expected}, and this one is {actual}")


def check_layers(
    certificate: dict[str, Any], entries: list[dict[str, Any]], module: bytes, models: Sequence[bytes]
) -> tuple[int, int]:
    """How many layers of all models hold, and how many of them by proof."""
    left = {(each["stage"], each["tensor"]): each for each in entries}
    require(len(left) == len(entries), "it tells of a layer twice")
    models_by_digest = {digest(data): data for data in models}
    tables, model_layers = beside("model_tables"), beside("model_layers")
    for model_entry in certificate["models"]:
        stage, is_twice = model_entry["stage"], certificate["profile"] == "tflite-micro"
        if model_entry["runs"] != "compiled":
            has_host = b"rune_model_load" in module or b"tfm_preload_model" in module
            require(has_host, f"{stage}: the rune asks no host to run its model")
            continue
        require(
            model_entry["digest"] in models_by_digest,
            f"{stage}: its model {model_entry['file']}, {model_entry['digest']}, is not given",
        )
        outputs = {tensor: each["outputs"] for (its, tensor), each in left.items() if its == stage}
        try:
            walk = model_layers.Walk(
                tables, models_by_digest[model_entry["digest"]], model_entry["outputs"], outputs, is_twice=is_twice
            )
            for layer in walk.layers():
                name, entry = f"{stage} {layer.op} {layer.tensor}", left.pop((stage, layer.tensor), None)
                require(entry is not None and entry["op"] == layer.op, f"{name}: it is not told of")
                check_layer(name, entry, layer, model_layers, module, is_twice=is_twice)  # type: ignore[arg-type]
        except model_layers.Unfollowed as error:
            raise Refused(f"{stage}: {error}") from None
    require(not left, f"it tells of layers that no model has: {sorted(left)}")
    return len(entries), sum(each["proof"] is not None for each in entries)


def check_layer(name: str, entry: dict[str, Any], layer: Any, reference: Any, module: bytes, *, is_twice: bool) -> None:
    """Raises `Refused` unless the rune has the constants that an entry tells of, and they give the layer's bytes."""
    constants = {key: base64.b64decode(text) for key, text in entry["constants"].items() if text is not None}
    for key, data in constants.items():
        is_plain = entry["rounding"] == "pairs" and contains_number(data, module)
        require(is_plain or data in module, f"{name}: its {key} is not in the rune")
    if layer.terms is not None:
        check_pairs(name, entry["rounding"], constants, layer, reference)
        return
    is_twice = is_twice or layer.op != "FULLY_CONNECTED"
    rounding, proof = entry["rounding"], entry["proof"]
    kinds = {"scale": "<f8" if rounding == "nearest" else "<f4", "mantissa": "<i8" if rounding == "once" else "<i4"}
    arrays = {key: np.frombuffer(data, (KINDS | kinds)[key]) for key, data in constants.items()}
    count = len(layer.outputs)
    require(all(len(each) >= count for each in arrays.values()), f"{name}: a channel has no constant")
    arrays = {
        key: each[:count] if each.dtype.kind == "f" else each[:count].astype(np.int64) for key, each in arrays.items()
    }
    move = integers(proof["move"]) if rounding == "single" else np.zeros(count, np.int64)
    require(len(move) == count and entry["counted_from"] in (0, -128), f"{name}: its sums start nowhere")
    start = layer.start - (layer.zero_point - entry["counted_from"]) * layer.weights - move
    is_start = np.array_equal(arrays["bias"], (start + 2**31) % 2**32 - 2**31)
    require(is_start, f"{name}: its sums do not start from what the model and the move say")
    if rounding in ("single", "once"):
        kernel = (Single if rounding == "single" else Once)(name, arrays, proof, layer)
        check_proof(name, proof, layer, kernel, lambda sums, some: reference.rounded(sums, some, is_twice=is_twice))
        if is_twice:
            left = np.maximum(reference.multipliers(layer.reals)[1], 0)
            reach = np.maximum(np.abs(layer.least), np.abs(layer.greatest))
            require((reach < 2**31 >> left).all(), f"{name}: a sum leaves 32 bits")
    else:
        require(proof is None and (rounding == "twice") == is_twice, f"{name}: the reference does not round so")
        wanted = reference.constants_of(rounding, layer.reals, is_split="multiplier" in arrays)
        same = arrays.keys() - {"bias"} == wanted.keys() and all(
            np.array_equal(arrays[key], wanted[key]) for key in wanted
        )
        require(same, f"{name}: its multipliers are not those of the model")


def contains_number(number: bytes, module: bytes) -> bool:
    """Whether a formula's number is in machine code, or its opposite; of 0 and 1 there is nothing to see."""
    opposite = number[:3] + bytes([number[3] ^ 0x80])
    return number in module or opposite in module or abs(np.frombuffer(number, "<f4")[0]) in (0.0, 1.0)


def check_pairs(name: str, rounding: str, constants: dict[str, bytes], layer: Any, reference: Any) -> None:
    """Raises `Refused` unless an ADD or SUB gives the reference's bytes for all pairs: by what each byte adds, as the
    reference has it, or by a formula in single precision."""
    if rounding == "terms":
        for key, terms in zip(("left_terms", "right_terms"), layer.terms, strict=True):
            require(
                constants.get(key) == terms.astype("<i4").tobytes(), f"{name}: a byte does not add what the model says"
            )
        return
    wanted = reference.pairs(layer)
    left, right, offset = (np.frombuffer(constants[key], "<f4")[0] for key in ("left", "right", "offset"))
    values = np.arange(-128, 128).astype(np.float32)
    sums = (values * left)[:, None] + (values * right)[None, :] + offset
    require((np.abs(sums) < EXACT_IN_FLOATS).all(), f"{name}: a value is too large to be rounded")
    sums = np.clip(np.rint(sums), layer.lowest, layer.highest).reshape(1, -1)
    require(np.array_equal(sums, wanted), f"{name}: the rune's formula and the reference differ for some pair of bytes")


# The proofs.


def integers(text: str) -> np.ndarray:
    """An array of 64-bit integers."""
    return np.frombuffer(base64.b64decode(text), "<i8").astype(np.int64)


class Single:
    """What the rune makes of sums in single precision, as its machine code does, but for one sum of a channel."""

    def __init__(self, name: str, arrays: dict[str, np.ndarray], proof: dict[str, Any], layer: Any) -> None:
        count = len(layer.outputs)
        self.scale, self.offset = arrays["scale"], arrays["offset"]
        self.exceptions = arrays.get("exceptions", np.full(count, -(2**31)))
        self.steps, self.move = arrays.get("steps", np.zeros(count, np.int64)), integers(proof["move"])
        self.centre, self.is_signed, self.name = int(proof["centre"]), bool(proof["signed"]), name
        self.beside = (self.exceptions + self.move)[:, None] + np.array([[-1, 0, 1]])
        """The exceptions and their neighbours."""
        floats = np.isfinite(self.scale).all() and np.isfinite(self.offset).all()
        require(floats and (self.scale >= 0).all(), f"{name}: a greater sum may give a smaller value")

    def values(self, sums: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """What the rune makes of sums [channel, any] of these channels, before it clamps."""
        moved = sums - self.move[numbers, None]
        require(((moved > -(2**31)) & (moved < 2**31)).all(), f"{self.name}: a sum leaves 32 bits when it is moved")
        offset = self.offset[numbers, None]
        signed = np.where(moved < 0, -np.abs(offset), offset) if self.is_signed else offset
        with np.errstate(over="ignore", invalid="ignore"):
            value = moved.astype(np.float32) * self.scale[numbers, None] + signed
        require((np.abs(value) < EXACT_IN_FLOATS).all(), f"{self.name}: a value is too large to be rounded")
        rounded = np.rint(value).astype(np.int64) + self.centre
        return np.asarray(rounded + np.where(moved == self.exceptions[numbers, None], self.steps[numbers, None], 0))


class Once:
    """What the rune makes of sums in integers: (sum * mantissa + half) >> shift."""

    def __init__(self, name: str, arrays: dict[str, np.ndarray], _proof: dict[str, Any], layer: Any) -> None:
        self.mantissa, self.shift, self.beside = arrays["mantissa"], arrays["shift"], layer.least[:, None]
        reach = np.maximum(np.abs(layer.least), np.abs(layer.greatest)) * self.mantissa.astype(np.float64)
        is_rising = (self.mantissa >= 0).all() and (self.shift >= 1).all() and (self.shift <= 62).all()
        require(is_rising and (reach < 2.0**62).all(), f"{name}: a product leaves 64 bits, or its shift is none")

    def values(self, sums: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """The same as `Single.values`."""
        shift = self.shift[numbers, None]
        return np.asarray((sums * self.mantissa[numbers, None] + (np.int64(1) << (shift - 1))) >> shift)


def check_proof(
    name: str, proof: dict[str, Any], layer: Any, kernel: Any, reference: Callable[..., np.ndarray]
) -> None:
    """Raises `Refused` unless the kernel gives the reference's value of every sum that the layer can reach.

    Both never fall as a sum rises, but for the kernel's exceptions, each of which is one sum that is looked at by
    itself: so what holds at both ends of a stretch between two thresholds holds inside of it.
    """
    for stated, follows in ((proof["least"], layer.least), (proof["greatest"], layer.greatest)):
        require(
            np.array_equal(integers(stated), follows), f"{name}: its sums are not those that the model's layer reaches"
        )
    numbers, every = integers(proof["numbers"]), np.arange(len(layer.outputs))
    least, greatest, lowest, highest = layer.least[:, None], layer.greatest[:, None], layer.lowest, layer.highest

    def exact(sums: np.ndarray, some: np.ndarray) -> np.ndarray:
        return np.asarray(np.clip(reference(sums, layer.reals[some]), lowest, highest))

    def require_equal(sums: np.ndarray, some: np.ndarray) -> None:
        same = np.clip(kernel.values(sums, some), lowest, highest) == exact(sums, some)
        require(same.all(), f"{name}: the rune's constants and the reference differ at a threshold")

    ends = exact(np.concatenate([least, greatest], axis=1), every)
    is_stated = np.array_equal(numbers, np.flatnonzero(ends[:, 0] != ends[:, 1]))
    require(is_stated, f"{name}: its proof is not for the channels that have more than one value")
    require_equal(np.concatenate([least, greatest, np.clip(kernel.beside, least, greatest)], axis=1), every)
    data = zlib.decompressobj().decompress(base64.b64decode(proof["thresholds"]), MEMORY)
    thresholds = np.frombuffer(data, "<i8").astype(np.int64).reshape(len(numbers), highest - lowest).cumsum(axis=1)
    least, greatest = least[numbers], greatest[numbers]
    starts, last = np.concatenate([least, thresholds], axis=1), np.concatenate([thresholds - 1, greatest], axis=1)
    is_sorted = (starts[:, :-1] <= starts[:, 1:]).all() and (thresholds <= greatest + 1).all()
    require(is_sorted, f"{name}: its thresholds are not sorted, or lie where no sum is")
    is_stretch, values = starts <= last, np.arange(lowest, highest + 1)[None, :]
    for points in (np.where(is_stretch, starts, least), np.where(is_stretch, last, least)):
        is_one = (exact(points, numbers) == values)[is_stretch].all()
        require(is_one, f"{name}: between two thresholds there are two values")
        require_equal(points, numbers)


def main(arguments: list[str]) -> int:
    """The status."""
    if len(arguments) < 2:
        print("usage: python check_certificate.py CERTIFICATE RUNE [MODEL...]", file=sys.stderr)
        return 2
    try:
        certificate_text, *files = (Path(each).read_bytes() for each in arguments)
        print(check(json.loads(certificate_text), files[0], files[1:]))
    except Exception as error:
        reason = error if isinstance(error, Refused) else f"it cannot be checked: {type(error).__name__}: {error}"
        print(f"refused: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
