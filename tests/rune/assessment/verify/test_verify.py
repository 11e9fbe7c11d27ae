"""Runes that are right are found right; one that is wrong by a bit is found wrong, and the operator named."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from numpy.random import default_rng

from rune.aim import Aim
from rune.assessment.verify import verifying
from rune.assessment.verify.models.recorded import verify_recorded
from rune.assessment.verify.runes.project import NoProject, models_wanted, project_of
from rune.assessment.verify.runes.second_module import second_module, second_rune, without_second_module
from rune.assessment.verify.runes.verification import ToolchainOrigin
from rune.assessment.verify.samples import own_samples
from rune.assessment.verify.verification import ModelRunner, Verification
from rune.assessment.verify.verifying import VerificationEffort, verify
from rune.capabilities.sound import SOUND
from rune.compiler.building.building import build
from rune.compiler.building.models import ProjectModels
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.compiler.targets.wasm32 import FASTEST
from rune.model.tflite import read_model
from rune.project.files import FolderFiles, MemoryFiles
from rune.running.container import ContainerError, pack, read_rune
from rune.running.container.spelled_dots import Meaning
from rune.running.runtime import CompiledRune
from rune.running.runtime.errors import ModelLoadError, ModelRunError, ModelRuntimeMissing, RuneError
from rune.source.runefile.pipeline import CapabilityStage
from rune.tensor import ElementType, TensorType
from rune.toolchain import toolchain_digest
from tests.support.compiler.programs.c_projects import model_project
from tests.support.compiler.template_projects import around, rune_of, template, weighted_operators, with_changed_weight
from tests.support.models.model_cases import compiled_model, model_cases, refused_cases
from tests.support.models.reference.model_layers import Layers

SOME = VerificationEffort(inputs=6, seed=1)
FEW = VerificationEffort(inputs=2, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["digits", "keywords", "sine"])
def test_the_templates_give_what_the_reference_gives(name: str) -> None:
    files = MemoryFiles(template(name))
    verification = verify(files, rune_of(files, name), effort=SOME)
    assert verification.is_within, verification.sentence()
    # Blocks with state run on until each of their windows is past: more often than the effort demands.
    assert verification.rune.inputs == (15 if name == "keywords" else 6)
    (model,) = verification.models
    assert model.runs == ModelRunner.COMPILED
    assert model.inputs >= 12
    assert model.figures.is_identical
    assert "litert" in str(verification.reference)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["motion", pytest.param("anomaly", marks=pytest.mark.proof), pytest.param("wake-word", marks=pytest.mark.proof)],
)
def test_templates_that_wait_for_a_window_give_what_the_reference_gives(name: str) -> None:
    """The models of these templates run in some of the runs only; the instrumented rune has to be fed in all."""
    files = MemoryFiles(template(name))
    verification = verify(files, rune_of(files, name), effort=VerificationEffort(inputs=40))
    assert verification.is_within, verification.sentence()
    assert verification.rune.tensors is not None
    assert 1 < (verification.rune.tensors.runs or 0) < verification.rune.inputs


@pytest.mark.parametrize("aim", get_args(Aim))
def test_a_rune_is_verified_whatever_it_is_optimised_for(aim: Aim) -> None:
    layers = Layers("convolution", default_rng(7))
    image = layers.conv(layers.input((1, 8, 8, 16), "int8"), 16)  # with another kernel where speed counts
    files = model_project(layers.graph.finish(image.index))
    target = find_target("wasm32").variant(aim)
    assert target is not None
    verification = verify(files, build(files, BuildOptions("app", target=target)).rune, effort=FEW)
    assert verification.is_within, verification.sentence()
    assert verification.rune.suspect is None


@pytest.mark.slow
@pytest.mark.protects("compiling/second-module")
def test_a_second_module_is_run_with_exact_dot_products_and_refuses_all_others() -> None:
    layers = Layers("dense", default_rng(7))
    files = model_project(layers.graph.finish(layers.fully_connected(layers.input((1, 24), "int8"), 9).index))
    rune = build(files, BuildOptions("app", target=FASTEST)).rune
    module = second_module(rune)
    assert module is not None
    verification = verify(files, rune, effort=FEW, toolchain=toolchain_digest())
    assert verification.is_within
    assert verification.is_complete
    assert verification.second is not None
    assert (verification.second.inputs, verification.second.differing) == (FEW.inputs, 0)
    assert "its second module too" in verification.sentence()
    assert Verification.from_json(verification.to_json()) == verification

    def with_second(second: bytes) -> bytes:
        return pack(without_second_module(rune), {".rune_relaxed": second})

    def verified(second: bytes) -> Verification:
        return verify(files, with_second(second), effort=FEW, toolchain=toolchain_digest())

    # Of other weights: the rune itself is right, and what a page would run is not.
    other = model_project(layers.graph.finish(layers.fully_connected(layers.input((1, 24), "int8"), 9).index))
    foreign = second_module(build(other, BuildOptions("app", target=FASTEST)).rune)
    assert foreign is not None
    verification = verified(foreign)
    assert verification.rune.is_within
    assert not verification.is_within
    assert "second module" in verification.sentence()
    # One that tries no host would give other numbers where dot products are not exact.
    verification = verified(build(files, BuildOptions("app")).rune)
    assert not verification.is_within
    assert "starts on a host whose dot product is not exact" in verification.sentence()
    # One that cannot be read is not passed over.
    verification = verified(module[:-9])
    assert not verification.is_within
    assert "cannot be read" in verification.sentence()
    with pytest.raises(ContainerError, match="2 second modules"):
        second_rune(pack(rune, {".rune_relaxed": module}))


@pytest.mark.proof
@pytest.mark.parametrize("meaning", ["signed", "saturating"])
def test_spelled_dot_products_have_the_meaning_that_was_chosen(meaning: Meaning) -> None:
    """A real second module starts with exact products, and names the reason with others."""
    rune = build(MemoryFiles(template("digits")), BuildOptions("digits", target=FASTEST)).rune
    CompiledRune(second_rune(rune)).start().close()
    with pytest.raises(RuneError, match="dot product of bytes is exact"):
        CompiledRune(second_rune(rune, meaning)).start()


@pytest.mark.slow
@pytest.mark.protects("compiling/second-module")
def test_a_constant_that_only_the_second_module_has_is_missed_in_the_rune() -> None:
    files = template("digits")
    model = files["digits.tflite"]
    changed = with_changed_weight(model, weighted_operators(read_model(model))[-1])
    rune = rune_of(MemoryFiles(files | {"digits.tflite": changed}))
    false_rune = pack(rune, {".rune_relaxed": rune_of(MemoryFiles(files))})
    verification = verify(MemoryFiles(files), false_rune, effort=FEW, toolchain=toolchain_digest())
    assert str(verification.rune.suspect).startswith("op ")


def test_a_rune_alone_is_verified_with_its_model() -> None:
    files = template("keywords")
    rune = rune_of(MemoryFiles(files), "keywords")
    read = read_rune(rune)
    assert models_wanted(read) == {"keywords": "keywords.tflite"}
    verification = verify(
        project_of(read, {"keywords": files["keywords.tflite"]}), rune, effort=SOME, has_project=False
    )
    assert verification.is_within, verification.sentence()
    assert not verification.is_complete
    assert verification.models[0].figures.is_identical


def test_a_rune_without_its_model_says_what_to_give() -> None:
    rune = rune_of(MemoryFiles(template("sine")))
    with pytest.raises(NoProject, match="give it with --model sine=FILE"):
        project_of(read_rune(rune), {})


@pytest.mark.protects("compiling/false-runes")
@pytest.mark.parametrize("name", ["sine", pytest.param("digits", marks=pytest.mark.slow)])
def test_a_changed_weight_is_found_and_its_operator_named(name: str) -> None:
    files = template(name)
    model = f"{name}.tflite"
    for operator in weighted_operators(read_model(files[model]))[::3]:
        changed = MemoryFiles(files | {model: with_changed_weight(files[model], operator)})
        verification = verify(MemoryFiles(files), rune_of(changed), effort=SOME, toolchain=toolchain_digest())
        assert not verification.is_within
        assert str(verification.rune.suspect).startswith(f"op {operator} ")
        assert f"op {operator} " in verification.sentence()


@pytest.fixture(scope="module")
def with_other_constants() -> tuple[MemoryFiles, bytes]:
    """A project, and a rune that gives the same outputs though a weight is another: as of another toolchain."""
    files = template("digits")
    model = files["digits.tflite"]
    for operator in reversed(weighted_operators(read_model(model))):  # the last ones show least
        changed = MemoryFiles(files | {"digits.tflite": with_changed_weight(model, operator)})
        rune = build(changed, BuildOptions("verified", timed=True)).rune
        if not verify(MemoryFiles(files), rune, effort=FEW).rune.differing:
            return MemoryFiles(files), rune
    raise AssertionError("each of the weights shows in the outputs")


def test_a_rune_of_another_toolchain_with_other_constants_is_neither_wrong_nor_right(
    with_other_constants: tuple[MemoryFiles, bytes],
) -> None:
    files, rune = with_other_constants
    other_options = BuildOptions("verified")  # whose code is another, as of another toolchain
    verification = verify(files, rune, effort=FEW, toolchain="sha256:other", options=[other_options])
    assert verification.is_within
    assert verification.rune.origin is ToolchainOrigin.OTHER
    assert not verification.is_complete
    assert "was not built from these files" not in verification.sentence() + verification.rune.sentence()
    assert "built by another toolchain" in verification.rune.sentence()
    assert "constants of op " in verification.rune.sentence()
    assert Verification.from_json(verification.to_json()) == verification


def test_the_toolchain_that_built_it_finds_a_constant_that_no_output_shows(
    with_other_constants: tuple[MemoryFiles, bytes],
) -> None:
    verification = verify(*with_other_constants, effort=FEW, toolchain=toolchain_digest())
    assert not verification.is_within
    assert "was not built from these files" in verification.sentence()


def test_what_another_toolchain_built_must_give_the_same_outputs_all_the_same() -> None:
    files = template("digits")
    other = MemoryFiles(files | {"labels.txt": files["labels.txt"].replace(b"nothing", b"none").replace(b"1", b"one")})
    verification = verify(MemoryFiles(files), rune_of(other), effort=SOME, toolchain="sha256:other")
    assert not verification.is_within
    assert "bytes differ" in verification.sentence()
    assert verification.rebuild is not None
    assert verification.rebuild.differences[0] == 'its resource "LABELS": line 2 is "one", not "1"'


def test_a_model_that_was_compiled_wrongly_is_found_and_its_operator_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiler gets other weights than the reference: what a wrong kernel would look like."""
    files = template("digits")
    right = files["digits.tflite"]
    operator = weighted_operators(read_model(right))[2]
    wrong = MemoryFiles(files | {"digits.tflite": with_changed_weight(right, operator)})
    monkeypatch.setattr(ProjectModels, "data", lambda self, path: right)
    monkeypatch.setattr(ProjectModels, "model", lambda self, path: read_model(wrong.read(path)))
    verification = verify(wrong, rune_of(wrong), effort=VerificationEffort(inputs=3))
    assert verification.rune.is_within
    (model,) = verification.models
    assert not model.is_within
    assert model.first is not None
    assert model.first.number == operator
    assert f"first at op {operator} " in verification.sentence()


@pytest.mark.slow
def test_a_model_with_an_operator_without_a_reference_kernel_is_verified_and_a_wrong_operator_behind_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = compiled_model("chain_i8_elu")
    files = around(right)
    verification = verify(files, rune_of(files), effort=SOME)
    assert verification.is_within, verification.sentence()
    assert verification.is_complete
    assert [model.figures.is_identical for model in verification.models] == [True]
    operator = weighted_operators(read_model(right))[1]
    wrong = around(with_changed_weight(right, operator))
    monkeypatch.setattr(ProjectModels, "data", lambda self, path: right)
    monkeypatch.setattr(ProjectModels, "model", lambda self, path: read_model(wrong.read(path)))
    (model,) = verify(wrong, rune_of(wrong), effort=SOME).models
    assert model.first is not None
    assert model.first.number == operator


def test_what_the_host_runs_is_said_and_not_compared() -> None:
    case = refused_cases()[0]
    files = around(case.data)
    verification = verify(files, rune_of(files), effort=SOME)
    assert [model.runs for model in verification.models] == [ModelRunner.HOST]
    assert verification.sentence() == "not verified: the host runs model"
    assert verification.is_within
    assert not verification.is_complete
    assert verification.rune.inputs == 6


def test_a_rune_whose_models_are_all_run_by_its_host_is_said_to_be_so() -> None:
    files = MemoryFiles(template("sine"))
    rune = build(files, BuildOptions("sine", host_models=True)).rune
    assert [model.runs for model in verify(files, rune, effort=SOME).models] == [ModelRunner.HOST]


def test_the_hosts_interpreter_is_compared_with_the_reference_when_it_is_recorded() -> None:
    rune = build(MemoryFiles(template("keywords")), BuildOptions("keywords", host_models=True)).rune
    verification = verify_recorded(rune, inputs=3, seed=1, resources={})
    (model,) = verification.models
    assert (model.runs, model.inputs) == (ModelRunner.HOST, 3)
    assert verification.sentence() == "not verified: the host runs model 1"
    assert model.sentence().startswith("run by the host, ")
    assert not verification.is_complete


def test_without_a_reference_it_is_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise ModelRuntimeMissing("no package is installed that runs it; install ai-edge-litert")

    monkeypatch.setattr(verifying, "open_reference", missing)
    files = MemoryFiles(template("sine"))
    verification = verify(files, rune_of(files), effort=SOME)
    assert verification.sentence() == "skipped: no package is installed that runs it; install ai-edge-litert"
    assert verification.is_within


def test_a_model_that_the_reference_does_not_take_is_said_not_to_be_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(*_: object) -> None:
        raise ModelLoadError("the reference cannot load it")

    monkeypatch.setattr(verifying, "open_reference", refusing)
    files = MemoryFiles(template("sine"))
    verification = verify(files, rune_of(files), effort=SOME)
    assert verification.sentence() == "not verified: sine: not compared: the reference cannot load it"


@pytest.mark.protects("compiling/verification")
def test_a_reference_that_dies_fails_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dying:
        name = "a reference"

        def run(self, inputs: object) -> tuple[bytes, ...]:
            raise ModelRunError("the process that ran the model ended")

        def close(self) -> None:
            """Holds nothing to close."""

    monkeypatch.setattr(verifying, "open_reference", lambda *_: Dying())
    files = MemoryFiles(template("sine"))
    verification = verify(files, rune_of(files), effort=SOME)
    assert verification.is_within
    assert verification.sentence() == "not verified: sine: not compared: the process that ran the model ended"


@pytest.mark.protects("compiling/verification")
def test_when_there_is_no_time_one_input_is_tried_each() -> None:
    files = MemoryFiles(template("sine"))
    verification = verify(files, rune_of(files), effort=VerificationEffort(seconds=0.0))
    assert (verification.rune.inputs, verification.models[0].inputs) == (1, 2)
    assert " on 2 inputs" in verification.sentence()


def test_files_of_the_project_that_fit_are_tried_first(test_data: Path) -> None:
    recordings = sorted((test_data / "samples").rglob("*.wav"))
    files = template("keywords") | {f"samples/{each.name}": each.read_bytes() for each in recordings[:3]}
    files |= {"samples/broken.wav": b"RIFF", "samples/notes.csv": b"1,2"}
    project = MemoryFiles(files)
    verification = verify(project, rune_of(project), effort=SOME)
    assert verification.rune.files > 0
    assert f"({verification.rune.files} from files)" in verification.sentence()
    assert verification.is_within


@pytest.mark.protects("compiling/verification")
@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\xff\xff\xff\xffWAVEfmt " + bytes(100), bytes(5000)])
def test_a_sample_that_cannot_be_read_is_passed_over(data: bytes) -> None:
    kind = TensorType(ElementType.I16, (16000,))
    parameters = (("hz", 16000), ("sample_duration_ms", 1000))
    stage = CapabilityStage("audio", SOUND, parameters, kind)
    assert own_samples(MemoryFiles({"a.wav": data, "b.csv": data, "c.png": data}), [stage]) == ((),)


@pytest.mark.slow
def test_small_models_are_verified_in_projects_of_their_own() -> None:
    for case in model_cases()[::100]:
        files = around(case.data)
        verification = verify(files, rune_of(files), effort=VerificationEffort(inputs=4))
        assert verification.is_within, (case.name, verification.sentence())


def test_a_model_is_compared_although_its_rune_needs_what_only_the_host_has() -> None:
    files = template("digits")
    text = files["Runefile.yml"].decode().replace("    path: ./labels.txt\n", "")
    assert text != files["Runefile.yml"].decode()
    project = MemoryFiles(files | {"Runefile.yml": text.encode()})
    rune = rune_of(project)
    verification = verify(project, rune, effort=SOME)
    assert (verification.rune.inputs, verification.models[0].inputs) == (0, 6)
    assert verification.models[0].figures.is_identical
    assert not verification.is_complete
    assert "LABELS" in verification.sentence()
    with_labels = verify(project, rune, resources={"LABELS": files["labels.txt"]}, effort=SOME)
    assert with_labels.rune.inputs == 6
    assert with_labels.is_within
    assert with_labels.is_complete


def test_a_folder_is_verified_like_any_project() -> None:
    files = FolderFiles(Path(__file__).resolve().parents[4] / "examples" / "sine")
    assert verify(files, rune_of(MemoryFiles(template("sine"))), effort=SOME).is_within
