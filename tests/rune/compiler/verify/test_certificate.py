"""A certificate is checked against its rune by a program without the compiler, which refuses what was changed."""

from __future__ import annotations

import ast
import base64
import copy
import hashlib
import json
import re
import shutil
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

from rune.compiler.anvil.target import Target
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.wasm32 import FASTEST, SMALLEST, TARGET
from rune.compiler.verify.certificate import certificate
from rune.compiler.verify.check_certificate import Refused, beside, check
from rune.compiler.verify.second_module import second_module, without_second_module
from rune.model.tflite import read_model
from rune.project.files import MemoryFiles
from rune.running.container import pack as with_section
from rune.running.container import read_module
from rune.running.container.spelled_dots import with_spelled_dots
from rune.toolchain import toolchain_digest
from rune.tools.cli import main
from tests.model_cases import compiled_model
from tests.proof.mutants import Recorder
from tests.rune.compiler.verify.projects import (
    TEMPLATES,
    around,
    drawn,
    rune_of,
    template,
    weighted_operators,
    with_changed_weight,
)

CHECKER = Path(__file__).resolve().parents[4] / "rune" / "compiler" / "verify" / "check_certificate.py"


MODEL = template("digits")["digits.tflite"]
BESIDE = ("exact_dots", "model_layers", "model_tables", "run_vectors")
PROVEN = ("scale", "offset", "bias")
"""Constants of every layer in single precision."""


@pytest.fixture(scope="module")
def rune() -> bytes:
    return build(MemoryFiles(drawn()), BuildOptions("digits")).rune


@pytest.fixture(scope="module")
def right(rune: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(certificate(MemoryFiles(drawn()), rune, BuildOptions("digits"))))
    return found


@pytest.fixture
def told(right: dict[str, Any]) -> dict[str, Any]:
    """A copy that a test may change."""
    return copy.deepcopy(right)


def layer(told: dict[str, Any]) -> dict[str, Any]:
    """The first that has a proof."""
    found: dict[str, Any] = next(each for each in told["layers"] if each["rounding"] == "single")
    return found


def named(told: dict[str, Any], rune: bytes) -> dict[str, Any]:
    """The certificate as one that is for this rune."""
    return told | {"rune": told["rune"] | {"size": len(rune), "digest": f"sha256:{hashlib.sha256(rune).hexdigest()}"}}


def changed(text: str, place: int, by: int) -> str:
    """Integers of which one is another."""
    values = integers(text)
    values[place] += by
    return base64.b64encode(values.tobytes()).decode()


def thresholds(told: dict[str, Any]) -> np.ndarray:
    """Those of a proof."""
    data = zlib.decompress(base64.b64decode(told["thresholds"]))
    return np.frombuffer(data, "<i8").reshape(len(integers(told["numbers"])), -1).cumsum(axis=1)


def integers(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<i8").copy()


def pack(values: np.ndarray) -> str:
    steps = np.diff(values.astype("<i8"), axis=1, prepend=0)
    return base64.b64encode(zlib.compress(steps.tobytes())).decode()


@pytest.mark.protects("compiling/certificates")
def test_no_proofs_and_a_proof_that_is_left_out_are_refused(rune: bytes, right: dict[str, Any]) -> None:
    """Every layer of the model is asked for, whatever the certificate tells of."""
    names = [(each["op"], each["tensor"]) for each in right["layers"]]
    assert len(names) > 2
    with pytest.raises(Refused, match="is not told of"):
        check(right | {"layers": []}, rune, [MODEL])
    for left_out, (op, tensor) in enumerate(names):
        some = [each for place, each in enumerate(right["layers"]) if place != left_out]
        with pytest.raises(Refused, match=f"{op} {tensor}: it is not told of"):
            check(right | {"layers": some}, rune, [MODEL])
        told = copy.deepcopy(right)
        told["layers"][left_out]["proof"] = None
        with pytest.raises((Refused, TypeError)):
            check(told, rune, [MODEL])


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("if_i8_asked_while_it_runs", "operator 1, IF of the model may call graph 1 with ADD 2"),
        ("while_i8_counted", "operator 0, WHILE of the model may call graph 2 with ADD 4"),
    ],
)
def test_a_model_that_calls_graphs_with_layers_is_refused_by_the_call(name: str, call: str) -> None:
    """Not proven is never told as proven: what is not followed is named, and what tells of it in its place."""
    files = around(compiled_model(name))
    made = rune_of(files, "app")
    with pytest.raises(Refused, match=f"{call}, and this program follows no calls: `rune verify` compares"):
        check(json.loads(json.dumps(certificate(files, made, BuildOptions("app")))), made, [files.read("model.tflite")])


@pytest.mark.protects("compiling/certificates")
def test_a_proof_of_another_stage_or_layer_is_refused(rune: bytes, right: dict[str, Any]) -> None:
    for key, value in (("stage", "other"), ("tensor", 999), ("op", "ADD")):
        told = copy.deepcopy(right)
        layer(told)[key] = value
        with pytest.raises(Refused, match="is not told of"):
            check(told, rune, [MODEL])
    first, second = (each for each in right["layers"][:2])
    swapped = [first | {"tensor": second["tensor"]}, second | {"tensor": first["tensor"]}, *right["layers"][2:]]
    with pytest.raises(Refused):
        check(right | {"layers": swapped}, rune, [MODEL])
    with pytest.raises(Refused, match="tells of a layer twice"):
        check(right | {"layers": [*right["layers"], first]}, rune, [MODEL])
    with pytest.raises(Refused, match="layers that no model has"):
        check(right | {"layers": [*right["layers"], first | {"tensor": 0}]}, rune, [MODEL])


@pytest.mark.protects("compiling/certificates")
def test_no_model_and_the_model_of_another_are_refused(rune: bytes, right: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"its model digits\.tflite, sha256:\w+, is not given"):
        check(right, rune)
    other = with_changed_weight(MODEL, weighted_operators(read_model(MODEL))[0])
    with pytest.raises(Refused, match="is not given"):
        check(right, rune, [other])
    # One that is named too: its sums start elsewhere, and reach others.
    told = copy.deepcopy(right)
    told["models"][0]["digest"] = f"sha256:{hashlib.sha256(other).hexdigest()}"
    with pytest.raises(Refused, match="its sums"):
        check(told, rune, [other])
    for outputs in ([], [7]):
        told = copy.deepcopy(right)
        told["models"][0]["outputs"] = outputs
        with pytest.raises(Refused, match="the rune reads the outputs"):
            check(told, rune, [MODEL])
    told = copy.deepcopy(right)
    told["models"][0]["runs"] = "host"
    with pytest.raises(Refused, match="asks no host to run its model"):
        check(told | {"layers": []}, rune, [MODEL])


@pytest.mark.protects("compiling/certificates")
@pytest.mark.parametrize(("key", "by"), [("least", 1), ("least", -1), ("greatest", -1), ("greatest", 1)])
def test_sums_that_are_bounded_otherwise_than_the_model_bounds_them_are_refused(
    rune: bytes, told: dict[str, Any], key: str, by: int
) -> None:
    proof = layer(told)["proof"]
    proof[key] = changed(proof[key], 0, by)
    with pytest.raises(Refused, match="not those that the model's layer reaches"):
        check(told, rune, [MODEL])


@pytest.mark.protects("compiling/certificates")
@pytest.mark.parametrize("by", [-(2**20), -1, 1])
def test_another_move_is_refused(rune: bytes, right: dict[str, Any], by: int) -> None:
    for place, each in enumerate(right["layers"]):
        if each["rounding"] == "single":
            told = copy.deepcopy(right)
            proof = told["layers"][place]["proof"]
            proof["move"] = changed(proof["move"], 0, by)
            with pytest.raises(Refused, match="do not start from what the model and the move say"):
                check(told, rune, [MODEL])


@pytest.mark.protects("compiling/certificates")
def test_a_rune_with_one_constant_changed_is_refused_though_it_is_the_one_of_the_certificate(
    rune: bytes, right: dict[str, Any]
) -> None:
    """Where the certificate tells of the constant that was, it is not there; where it tells of the changed one, it does
    not give the model's bytes."""
    caught = Counter[str]()
    for place, each in enumerate(right["layers"]):
        for name in PROVEN if each["rounding"] == "single" else ():
            was = base64.b64decode(each["constants"][name])
            assert rune.count(was) == 1
            data = bytearray(was)
            data[4 * int(integers(each["proof"]["numbers"])[0]) + 3] ^= 0x40  # of a channel with more than one value
            other = rune.replace(was, data)
            with pytest.raises(Refused, match=f"its {name} is not in the rune"):
                check(named(right, other) | {"vectors": []}, other, [MODEL])
            told = named(copy.deepcopy(right), other)
            told["layers"][place]["constants"][name] = base64.b64encode(data).decode()
            with pytest.raises(Refused) as refused:
                check(told | {"vectors": []}, other, [MODEL])
            caught[str(refused.value).partition(": ")[2]] += 1
    assert len(caught) >= 2, caught
    assert sum(caught.values()) >= 6


@pytest.mark.parametrize("key", ["rounding", "counted_from", "outputs"])
def test_a_layer_that_is_told_of_as_another_is_refused(rune: bytes, told: dict[str, Any], key: str) -> None:
    others: dict[str, list[Any]] = {
        "rounding": ["twice", "nearest", "once"],
        "counted_from": [-128, 1],
        "outputs": [base64.b64encode(np.arange(count, dtype="<i8").tobytes()).decode() for count in (0, 1)],
    }
    for value in others[key]:
        changes = copy.deepcopy(told)
        layer(changes)[key] = value
        with pytest.raises((Refused, KeyError)):
            check(changes, rune, [MODEL])


@pytest.mark.protects("compiling/certificates")
def test_a_changed_rune_is_refused(rune: bytes, right: dict[str, Any]) -> None:
    for at in range(8, len(rune), 977):
        with pytest.raises(Refused, match="it is for the rune"):
            check(right, rune[:at] + bytes([rune[at] ^ 1]) + rune[at + 1 :])


@pytest.mark.protects("compiling/certificates")
def test_a_changed_output_of_a_vector_is_refused(rune: bytes, told: dict[str, Any]) -> None:
    output = told["vectors"][2]["outputs"][0]
    data = bytearray(base64.b64decode(output["data"]))
    data[-2] ^= 1
    output["data"] = base64.b64encode(data).decode()
    with pytest.raises(Refused, match="vector 2: the rune sends something else"):
        check(told, rune, [MODEL])


def test_a_changed_input_of_a_vector_is_refused(rune: bytes, told: dict[str, Any]) -> None:
    first, second = (vector["inputs"][0] for vector in told["vectors"][:2])
    first["data"], second["data"] = second["data"], first["data"]
    with pytest.raises(Refused, match="vector 0"):
        check(told, rune, [MODEL])


def test_a_vector_for_another_capability_is_refused(rune: bytes, told: dict[str, Any]) -> None:
    told["vectors"][0]["inputs"][0]["parameters"]["width"] = 29
    with pytest.raises(Refused, match="the rune asks for"):
        check(told, rune, [MODEL])


def test_a_vector_that_is_left_out_changes_nothing_but_a_message_that_is_left_out_is_refused(
    rune: bytes, told: dict[str, Any]
) -> None:
    del told["vectors"][1]["outputs"][0]
    with pytest.raises(Refused, match="vector 1"):
        check(told, rune, [MODEL])


@pytest.mark.protects("compiling/certificates")
@pytest.mark.parametrize("by", [-1, 1])
def test_a_changed_threshold_is_refused(rune: bytes, told: dict[str, Any], by: int) -> None:
    proof = layer(told)["proof"]
    values = thresholds(proof)
    inside = np.argwhere(np.diff(values[0]) > 2)[3, 0]
    values[0, inside] += by
    proof["thresholds"] = pack(values)
    with pytest.raises(Refused, match="between two thresholds there are two values"):
        check(told, rune, [MODEL])


@pytest.mark.protects("compiling/certificates")
def test_thresholds_that_are_not_sorted_are_refused(rune: bytes, told: dict[str, Any]) -> None:
    proof = layer(told)["proof"]
    proof["thresholds"] = pack(thresholds(proof)[:, ::-1])
    with pytest.raises(Refused, match="not sorted"):
        check(told, rune, [MODEL])


@pytest.mark.parametrize("name", ["numbers", "least", "greatest", "move"])
def test_a_proof_of_fewer_channels_than_it_tells_of_is_refused(rune: bytes, told: dict[str, Any], name: str) -> None:
    """One number does not stand for all channels."""
    proof = layer(told)["proof"]
    proof[name] = base64.b64encode(integers(proof[name])[:1].tobytes()).decode()
    with pytest.raises((Refused, ValueError)):
        check(told, rune, [MODEL])


def test_a_certificate_of_another_format_is_refused(rune: bytes, told: dict[str, Any]) -> None:
    for number in (1, 2, 4, None):
        with pytest.raises(Refused, match=f"its format is {number}, not 3"):
            check(told | {"format": number}, rune, [MODEL])


def test_the_certificate_of_a_rune_holds(rune: bytes, right: dict[str, Any]) -> None:
    proven = sum(each["proof"] is not None for each in right["layers"])
    assert (
        check(right, rune, [b"", MODEL])
        == f"digits: {len(right['layers'])} layers, {proven} of them by proof, 4 vectors"
    )
    assert proven > 1
    assert right["toolchain"]["digest"] == toolchain_digest()
    assert (right["profile"], right["reference"].split()[0]) == ("litert-reference", "ai-edge-litert")
    assert right["models"][0]["digest"].startswith("sha256:")
    assert len({vector["outputs"][0]["data"] for vector in right["vectors"]}) > 1


def test_the_same_build_has_the_same_certificate(rune: bytes, right: dict[str, Any]) -> None:
    assert certificate(MemoryFiles(drawn()), rune, BuildOptions("digits")) == right


@pytest.mark.parametrize("name", ["keywords", "sine"])
def test_the_certificates_of_templates_hold(name: str) -> None:
    files = MemoryFiles(template(name))
    made = build(files, BuildOptions(name)).rune
    models = [data for path, data in template(name).items() if path.endswith(".tflite")]
    assert "4 vectors" in check(json.loads(json.dumps(certificate(files, made, BuildOptions(name)))), made, models)


@pytest.mark.protects("compiling/certificates")
def test_the_integers_of_a_rune_for_size_are_proven_too() -> None:
    """Sums of fully connected layers become bytes by a product of integers there, and those of convolutions as in the
    reference."""
    files = MemoryFiles(template("digits"))
    built = build(files, BuildOptions("digits", target=SMALLEST)).rune
    told: dict[str, Any] = json.loads(json.dumps(certificate(files, built, BuildOptions("digits", target=SMALLEST))))
    assert "layers" in check(told, built, [MODEL])
    assert {each["rounding"] for each in told["layers"]} == {"once", "twice"}
    for place, each in enumerate(told["layers"]):
        for name in each["constants"]:
            was = base64.b64decode(each["constants"][name])
            data = bytearray(was)
            data[0] ^= 0x10
            other = built.replace(was, data)
            wrong = named(copy.deepcopy(told), other) | {"vectors": []}
            wrong["layers"][place]["constants"][name] = base64.b64encode(data).decode()
            if name != "mantissa" or each["rounding"] == "twice":  # the last bits of 53 make no difference
                with pytest.raises(Refused):
                    check(wrong, other, [MODEL])
    once = next(each for each in told["layers"] if each["rounding"] == "once")
    once["proof"]["thresholds"] = pack(thresholds(once["proof"]) + 1)
    with pytest.raises(Refused, match=r"two values|not sorted"):
        check(told, built, [MODEL])


def test_a_rune_that_its_host_must_help_says_why_it_has_no_vectors() -> None:
    files = MemoryFiles(template("sine"))
    made = build(files, BuildOptions("sine", host_models=True)).rune
    found = certificate(files, made, BuildOptions("sine", host_models=True))
    assert (found["vectors"], found["untested"]) == ([], "its host runs a model, and hosts differ")
    assert found["models"][0]["runs"] == "host"
    check(json.loads(json.dumps(found)), made)


def test_the_checker_is_short_and_knows_nothing_of_the_compiler() -> None:
    """What it needs beside it reads models, runs runes and spells out dot products."""
    texts = {name: CHECKER.with_name(f"{name}.py").read_text("utf-8") for name in (CHECKER.stem, *BESIDE)}
    assert texts[CHECKER.stem].count("\n") < 300
    assert sum(text.count("\n") for text in texts.values()) < 1_050
    names = set().union(*map(imported, texts.values()))
    assert names - set(sys.stdlib_module_names) == {"numpy", "wasmtime"}
    assert set(re.findall(r'beside\("(\w+)"\)', texts[CHECKER.stem])) == set(BESIDE)


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
    """Copied to a place of its own, with nothing but the files beside it."""
    for name in (CHECKER.stem, *BESIDE):
        shutil.copy(CHECKER.with_name(f"{name}.py"), tmp_path)
    place, told = tmp_path / "sine.rune", tmp_path / "sine.json"
    done = CliRunner().invoke(main, ["build", str(TEMPLATES / "sine"), "-o", str(place), "--certificate", str(told)])
    assert done.exit_code == 0, done.output
    model = str(TEMPLATES / "sine" / "sine.tflite")
    command = [sys.executable, "-I", str(tmp_path / CHECKER.name), str(told), str(place), model]
    good = subprocess.run(command, capture_output=True, text=True, check=False)
    assert good.returncode == 0, good.stderr
    assert good.stdout.startswith("sine: ")
    without = subprocess.run(command[:-1], capture_output=True, text=True, check=False)
    assert (without.returncode, without.stderr.count("is not given")) == (1, 1)
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


@pytest.mark.protects("compiling/second-module")
def test_the_second_module_is_checked_too_and_a_certificate_that_hides_it_is_refused() -> None:
    """Its dot products are spelled out by code that is shared with nothing, and gives the same module."""
    files = MemoryFiles(template("digits"))
    built = build(files, BuildOptions("digits", target=FASTEST)).rune
    told: dict[str, Any] = json.loads(json.dumps(certificate(files, built, BuildOptions("digits", target=FASTEST))))
    assert check(told, built, [MODEL]).endswith(", its second module too")
    module = second_module(built)
    assert module is not None
    assert beside("exact_dots").spelled(module) == with_spelled_dots(module) != module

    with pytest.raises(Refused, match="does not tell of the second modules"):
        check({**told, "second": None}, built, [MODEL])
    with pytest.raises(Refused, match="does not tell of the second modules"):
        check({key: value for key, value in told.items() if key != "second"}, built, [MODEL])

    def with_second(changed: bytes) -> tuple[dict[str, Any], bytes]:
        other = with_section(without_second_module(built), {".rune_relaxed": changed})
        digests = [f"sha256:{hashlib.sha256(each).hexdigest()}" for each in (other, changed)]
        named = {"rune": {**told["rune"], "digest": digests[0], "size": len(other)}}
        return {**told, **named, "second": {**told["second"], "digest": digests[1]}}, other

    scale = base64.b64decode(layer(told["second"])["constants"]["scale"])
    assert scale in module
    with pytest.raises(Refused, match="scale is not in the rune"):
        check(*with_second(module.replace(scale, bytes(len(scale)))), [MODEL])
    with pytest.raises(Refused, match="is not told of"):
        check({**told, "second": told["second"] | {"layers": []}}, built, [MODEL])
    wrong, other = with_second(module)
    wrong["second"]["digest"] = told["rune"]["digest"]
    with pytest.raises(Refused, match="tells of the second module"):
        check(wrong, other, [MODEL])
    changed = bytearray(module)
    for section in read_module(module).sections:
        if section.number == 10:
            changed[section.offset + len(section.payload) // 2] ^= 0x41
    with pytest.raises((Refused, ValueError, Trap, WasmtimeError)):
        check(*with_second(bytes(changed)), [MODEL])


@pytest.mark.proof
@pytest.mark.parametrize("target", [TARGET, SMALLEST, FASTEST], ids=lambda target: str(target.optimized_for))
def test_the_certificates_of_real_models_hold_and_none_of_their_layers_may_be_left_out(
    test_data: Path, target: Target, record_property: Recorder
) -> None:
    """Channels that a rune lacks are constant, which the program finds by itself; it takes nobody's word for others."""
    layers = Counter[str]()
    for path in sorted((test_data / "models").glob("*.tflite")):
        model = path.read_bytes()
        files = around(model)
        built = build(files, BuildOptions("real", target=target)).rune
        told: dict[str, Any] = json.loads(json.dumps(certificate(files, built, BuildOptions("real", target=target))))
        check(told, built, [model])
        for place, each in enumerate(told["layers"]):
            layers[f"{each['rounding']}{'' if each['outputs'] is None else ', of fewer channels'}"] += 1
            some = told | {"layers": [*told["layers"][:place], *told["layers"][place + 1 :]], "vectors": []}
            if place in (0, len(told["layers"]) // 2):
                with pytest.raises(Refused):
                    check(some, built, [model])
            if each["outputs"] is not None and place < 8:
                whole = copy.deepcopy(told) | {"vectors": []}
                whole["layers"][place]["outputs"] = base64.b64encode(integers(each["outputs"])[1:].tobytes()).decode()
                with pytest.raises((Refused, ValueError)):
                    check(whole, built, [model])
    for each, count in sorted(layers.items()):
        record_property(each, count)
    assert sum(layers.values()) > 100
