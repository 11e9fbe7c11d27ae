"""A certificate is checked against its rune by a program without the compiler, which refuses what was changed."""

from __future__ import annotations

import ast
import base64
import copy
import hashlib
import json
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from wasmtime import Trap, WasmtimeError

from rune.building.building import build
from rune.cli import main
from rune.container import pack as with_section
from rune.container import read_module
from rune.container.spelled_dots import with_spelled_dots
from rune.files import MemoryFiles
from rune.targets.wasm32 import FASTEST
from rune.toolchain import toolchain_digest
from rune.verify.certificate import certificate
from rune.verify.check_certificate import Refused, check, exact_dots
from rune.verify.second_module import second_module, without_second_module
from tests.rune.verify.projects import TEMPLATES, drawn, template

CHECKER = Path(__file__).resolve().parents[3] / "rune" / "verify" / "check_certificate.py"


@pytest.fixture(scope="module")
def rune() -> bytes:
    return build(MemoryFiles(drawn()), "digits").rune


@pytest.fixture(scope="module")
def right(rune: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(certificate(MemoryFiles(drawn()), rune, "digits")))
    return found


@pytest.fixture
def told(right: dict[str, Any]) -> dict[str, Any]:
    """A copy that a test may change."""
    return copy.deepcopy(right)


def thresholds(proof: dict[str, Any]) -> np.ndarray:
    steps = proof["highest"] - proof["lowest"]
    data = zlib.decompress(base64.b64decode(proof["thresholds"]))
    return np.frombuffer(data, "<i8").reshape(-1, steps).cumsum(axis=1)


def integers(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<i8").copy()


def pack(values: np.ndarray) -> str:
    steps = np.diff(values.astype("<i8"), axis=1, prepend=0)
    return base64.b64encode(zlib.compress(steps.tobytes())).decode()


def test_a_changed_rune_is_refused(rune: bytes, right: dict[str, Any]) -> None:
    for at in range(8, len(rune), 977):
        with pytest.raises(Refused, match="it is for the rune"):
            check(right, rune[:at] + bytes([rune[at] ^ 1]) + rune[at + 1 :])


def test_a_changed_output_of_a_vector_is_refused(rune: bytes, told: dict[str, Any]) -> None:
    output = told["vectors"][2]["outputs"][0]
    data = bytearray(base64.b64decode(output["data"]))
    data[-2] ^= 1
    output["data"] = base64.b64encode(data).decode()
    with pytest.raises(Refused, match="vector 2: the rune sends something else"):
        check(told, rune)


def test_a_changed_input_of_a_vector_is_refused(rune: bytes, told: dict[str, Any]) -> None:
    first, second = (vector["inputs"][0] for vector in told["vectors"][:2])
    first["data"], second["data"] = second["data"], first["data"]
    with pytest.raises(Refused, match="vector 0"):
        check(told, rune)


def test_a_vector_for_another_capability_is_refused(rune: bytes, told: dict[str, Any]) -> None:
    told["vectors"][0]["inputs"][0]["parameters"]["width"] = 29
    with pytest.raises(Refused, match="the rune asks for"):
        check(told, rune)


def test_a_vector_that_is_left_out_changes_nothing_but_a_message_that_is_left_out_is_refused(
    rune: bytes, told: dict[str, Any]
) -> None:
    del told["vectors"][1]["outputs"][0]
    with pytest.raises(Refused, match="vector 1"):
        check(told, rune)


@pytest.mark.parametrize("by", [-1, 1])
def test_a_changed_threshold_is_refused(rune: bytes, told: dict[str, Any], by: int) -> None:
    proof = told["proofs"][0]
    values = thresholds(proof)
    inside = np.argwhere(np.diff(values[0]) > 2)[3, 0]
    values[0, inside] += by
    proof["thresholds"] = pack(values)
    with pytest.raises(Refused, match="between two thresholds there are two values"):
        check(told, rune)


def test_thresholds_that_are_not_sorted_are_refused(rune: bytes, told: dict[str, Any]) -> None:
    proof = told["proofs"][0]
    proof["thresholds"] = pack(thresholds(proof)[:, ::-1])
    with pytest.raises(Refused, match="not sorted"):
        check(told, rune)


@pytest.mark.parametrize("name", ["mantissas", "exponents", "move"])
def test_a_proof_of_another_arithmetic_is_refused(rune: bytes, told: dict[str, Any], name: str) -> None:
    proof = told["proofs"][0]
    values = np.frombuffer(base64.b64decode(proof[name]), "<i8").copy()
    values[0] += -(2**20) if name == "mantissas" else 1
    proof[name] = base64.b64encode(values.tobytes()).decode()
    with pytest.raises(Refused):
        check(told, rune)


def test_other_sums_than_its_thresholds_are_for_are_refused(rune: bytes, right: dict[str, Any]) -> None:
    """What a channel reaches ends at the value that its last threshold says; a channel that is clamped there may say
    that it reaches more, which its proof is for as well."""
    changed = Counter[str]()
    for number, proof in enumerate(right["proofs"]):
        sums, least, greatest = thresholds(proof), integers(proof["least"]), integers(proof["greatest"])
        falls_short = np.flatnonzero(sums[:, -2] > greatest)
        starts_late = np.flatnonzero(sums[:, 1] == least)
        is_clamped = np.flatnonzero((sums[:, -1] <= greatest) & (sums[:, 0] > least))
        cases = [
            *(("greatest", channel, greatest[channel] + 1) for channel in falls_short[:1]),
            *(("least", channel, least[channel] - 1) for channel in starts_late[:1]),
            *(("greatest", channel, sums[channel, -1] - 2) for channel in is_clamped[:1]),
            *(("least", channel, sums[channel, 0] + 1) for channel in is_clamped[:1]),
            *(("greatest", channel, -(2**63)) for channel in is_clamped[:1]),
            *(("least", channel, -(2**63)) for channel in is_clamped[:1]),
        ]
        for name, channel, value in cases:
            told = copy.deepcopy(right)
            values = integers(proof[name])
            values[channel] = value
            told["proofs"][number][name] = base64.b64encode(values.tobytes()).decode()
            with pytest.raises(Refused, match=proof["op"]):
                check(told, rune)
            changed[f"{name} {'more' if (value > greatest[channel]) or (value < least[channel]) else 'less'}"] += 1
    assert min(changed[each] for each in ("greatest more", "least more", "greatest less", "least less")) > 0, changed


@pytest.mark.parametrize("name", ["numbers", "least", "greatest", "move", "mantissas"])
def test_a_proof_of_fewer_channels_than_it_tells_of_is_refused(rune: bytes, told: dict[str, Any], name: str) -> None:
    """One number does not stand for all channels."""
    proof = told["proofs"][0]
    proof[name] = base64.b64encode(integers(proof[name])[:1].tobytes()).decode()
    with pytest.raises((Refused, ValueError)):
        check(told, rune)


def test_a_channel_that_is_not_there_is_refused(rune: bytes, told: dict[str, Any]) -> None:
    proof = told["proofs"][0]
    numbers = integers(proof["numbers"])
    numbers[-1] = -1
    proof["numbers"] = base64.b64encode(numbers.tobytes()).decode()
    with pytest.raises(Refused, match="a channel without scale"):
        check(told, rune)


@pytest.mark.parametrize("by", [1 + 2.0**-20, -1.0, float("inf"), float("nan")])
def test_a_proof_with_another_factor_is_refused(rune: bytes, told: dict[str, Any], by: float) -> None:
    proof = next(each for each in told["proofs"] if each["factors"] is not None)
    assert proof["mantissas"] is None
    factors = np.frombuffer(base64.b64decode(proof["factors"]), "<f8") * by
    proof["factors"] = base64.b64encode(factors.tobytes()).decode()
    with pytest.raises(Refused):
        check(told, rune)


def test_constants_that_are_not_in_the_rune_are_refused(rune: bytes, told: dict[str, Any]) -> None:
    constants = told["proofs"][0]["constants"]
    data = bytearray(base64.b64decode(constants["scale"]))
    data[0] ^= 1
    constants["scale"] = base64.b64encode(data).decode()
    with pytest.raises(Refused, match="its scale is not in the rune"):
        check(told, rune)


@pytest.mark.parametrize("key", ["lowest", "highest", "centre"])
def test_other_bounds_are_refused(rune: bytes, told: dict[str, Any], key: str) -> None:
    told["proofs"][0][key] += 1
    with pytest.raises((Refused, ValueError)):
        check(told, rune)


def test_a_certificate_of_another_format_is_refused(rune: bytes, told: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="its format is 3, none of"):
        check(told | {"format": 3}, rune)


def test_the_certificate_of_a_rune_holds(rune: bytes, right: dict[str, Any]) -> None:
    assert "4 vectors" in check(right, rune)
    assert len(right["proofs"]) > 1
    assert right["toolchain"]["digest"] == toolchain_digest()
    assert (right["profile"], right["reference"].split()[0]) == ("litert-reference", "ai-edge-litert")
    assert right["models"][0]["digest"].startswith("sha256:")
    assert len({vector["outputs"][0]["data"] for vector in right["vectors"]}) > 1


def test_the_same_build_has_the_same_certificate(rune: bytes, right: dict[str, Any]) -> None:
    assert certificate(MemoryFiles(drawn()), rune, "digits") == right


@pytest.mark.parametrize("name", ["keywords", "sine"])
def test_the_certificates_of_templates_hold(name: str) -> None:
    files = MemoryFiles(template(name))
    made = build(files, name).rune
    assert "4 vectors" in check(json.loads(json.dumps(certificate(files, made, name))), made)


def test_a_rune_that_its_host_must_help_says_why_it_has_no_vectors() -> None:
    files = MemoryFiles(template("sine"))
    made = build(files, "sine", host_models=True).rune
    found = certificate(files, made, "sine", host_models=True)
    assert (found["vectors"], found["untested"]) == ([], "its host runs a model, and hosts differ")
    assert found["models"][0]["runs"] == "host"
    check(json.loads(json.dumps(found)), made)


def test_the_checker_is_short_and_knows_nothing_of_the_compiler() -> None:
    text = CHECKER.read_text("utf-8")
    assert text.count("\n") < 300
    names = imported(text)
    assert names - set(sys.stdlib_module_names) == {"numpy", "wasmtime"}


def imported(text: str) -> set[str]:
    """The packages that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {each.name.split(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


def test_the_command_writes_a_certificate_that_the_program_checks(tmp_path: Path) -> None:
    place, told = tmp_path / "sine.rune", tmp_path / "sine.json"
    done = CliRunner().invoke(main, ["build", str(TEMPLATES / "sine"), "-o", str(place), "--certificate", str(told)])
    assert done.exit_code == 0, done.output
    command = [sys.executable, "-I", str(CHECKER), str(told), str(place)]
    good = subprocess.run(command, capture_output=True, text=True, check=False)
    assert good.returncode == 0, good.stderr
    assert good.stdout.startswith("sine: ")
    place.write_bytes(place.read_bytes()[:-1] + b"?")
    bad = subprocess.run(command, capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert bad.stderr.startswith("refused: it is for the rune ")


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"format": 1}', b"\xff"])
def test_what_is_no_certificate_is_refused_with_a_sentence(tmp_path: Path, text: bytes) -> None:
    told = tmp_path / "told.json"
    told.write_bytes(text)
    done = subprocess.run(
        [sys.executable, "-I", str(CHECKER), str(told), str(told)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("refused: ")
    assert "Traceback" not in done.stderr


def test_the_second_module_is_checked_too_and_a_certificate_that_hides_it_is_refused() -> None:
    """Its dot products are spelled out by code that is shared with nothing, and gives the same module."""
    files = MemoryFiles(template("digits"))
    built = build(files, "digits", target=FASTEST).rune
    told: dict[str, Any] = json.loads(json.dumps(certificate(files, built, "digits", target=FASTEST)))
    assert check(told, built).endswith(", its second module too")
    module = second_module(built)
    assert module is not None
    assert exact_dots().spelled(module) == with_spelled_dots(module) != module

    with pytest.raises(Refused, match="does not tell of the second modules"):
        check({**told, "second": None}, built)
    with pytest.raises(Refused, match="does not tell of the second modules"):
        check({key: value for key, value in told.items() if key != "second"} | {"format": 1}, built)

    def with_second(changed: bytes) -> tuple[dict[str, Any], bytes]:
        other = with_section(without_second_module(built), {".rune_relaxed": changed})
        digests = [f"sha256:{hashlib.sha256(each).hexdigest()}" for each in (other, changed)]
        named = {"rune": {**told["rune"], "digest": digests[0], "size": len(other)}}
        return {**told, **named, "second": {**told["second"], "digest": digests[1]}}, other

    scale = base64.b64decode(told["second"]["proofs"][0]["constants"]["scale"])
    assert scale in module
    with pytest.raises(Refused, match="scale is not in the rune"):
        check(*with_second(module.replace(scale, bytes(len(scale)))))
    wrong, other = with_second(module)
    wrong["second"]["digest"] = told["rune"]["digest"]
    with pytest.raises(Refused, match="tells of the second module"):
        check(wrong, other)
    changed = bytearray(module)
    for section in read_module(module).sections:
        if section.number == 10:
            changed[section.offset + len(section.payload) // 2] ^= 0x41
    with pytest.raises((Refused, ValueError, Trap, WasmtimeError)):
        check(*with_second(bytes(changed)))
