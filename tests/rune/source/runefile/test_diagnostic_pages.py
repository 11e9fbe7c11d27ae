"""Every code has a page, and the examples of each page do what the page says."""

from __future__ import annotations

import ast
import json
import re
import struct
from functools import cache
from pathlib import Path

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.blocks.mounts import SHELF, ShelfVersion, shelf_text
from rune.blocks.shared_path import SharedName
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.models import ProjectModels
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.digests import digest_of
from rune.model.profile import TFLM
from rune.model.tflite import DescribedTensor, ModelError, ModelSignature, ModelTensor
from rune.project.files import MemoryFiles
from rune.pyblock.testing.check import CheckedTests
from rune.pyblock.testing.python import run_tests
from rune.source.policy.model_files import check_models
from rune.source.policy.read import read_policy
from rune.source.runefile import CheckedRunefile, Severity, check
from rune.source.runefile.blocks.checked_tests import read_tests
from rune.source.runefile.codes import Code
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case
from tests.support.compiler.python_blocks.tests import SMOOTH
from tests.support.models.model_cases import refused_cases
from tests.support.runes.shared_blocks import PATH, RUNEFILE, published

ROOT = Path(__file__).parents[4]
PAGES = ROOT / "docs" / "reference" / "diagnostics"
OF_A_BUILD = (Code.CONTRADICTORY_MODEL.value, Code.TOO_MUCH_MEMORY.value)
WARNED_BY_A_BUILD = (Code.UNSUPPORTED_OPERATORS.value,)
"""A check says it too, where who gives it the signatures looked into the operators."""
OF_A_TARGET = (Code.TARGET_LACKS.value,)
OF_A_PROFILE = (Code.PROFILE_LACKS.value,)
OF_A_POLICY = (
    *(code.value for code in Code if Code.BAD_LIMIT.value <= code.value <= Code.BAD_MODEL_SOURCE.value),
    Code.BAD_TRAINING.value,
)
OF_A_BLOCK = tuple(code.value for code in Code if Code.PYTHON_SYNTAX.value <= code.value <= Code.PYTHON_BLOCK.value)
OF_A_TEST = (Code.BLOCK_TEST.value, Code.FAILED_TEST.value)
OF_A_MODEL_FILE = (Code.OUTDATED_MODEL.value,)
OF_ANOTHER_PROJECT = (Code.SHARED_BLOCK.value, Code.LOCK.value, Code.DEPRECATED_BLOCK.value)
OF_A_CHECK = tuple(
    code.value
    for code in Code
    if code.value
    not in OF_A_BUILD
    + WARNED_BY_A_BUILD
    + OF_A_TARGET
    + OF_A_PROFILE
    + OF_A_POLICY
    + OF_A_BLOCK
    + OF_A_TEST
    + OF_A_MODEL_FILE
    + OF_ANOTHER_PROJECT
)
_FENCE = re.compile(r"## (?P<title>Wrong|Right)\n\n```(?P<language>\w+)\n(?P<text>.*?)```\n", re.DOTALL)
_NUMBER = TensorType(ElementType.F32, (1, 1))
_PIXELS, _SCORES = TensorType(ElementType.I8, (1, 2, 2, 1)), TensorType(ElementType.I8, (1, 2))
_CLASSES = ModelTensor(
    "y", _SCORES, 1 / 256, -128, is_probability=True, description=DescribedTensor(labels=("cat", "dog"))
)
_SIGNATURES = {
    **dict.fromkeys(
        ("sine.tflite", "guessed.tflite"),
        ModelSignature((ModelTensor("x", _NUMBER),), (ModelTensor("y", _NUMBER),)),
    ),
    "pixels.tflite": ModelSignature((ModelTensor("x", _PIXELS, 0.0039, -128),), (_CLASSES,)),
}


def _signature(path: str) -> ModelSignature:
    if path not in _SIGNATURES:
        raise ModelError("the file ends in the middle", 12)
    return _SIGNATURES[path]


@cache
def _examples(code: str) -> dict[str, tuple[str, str]]:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    return {match["title"]: (match["language"], match["text"]) for match in _FENCE.finditer(page)}


def _checked(language: str, text: str) -> CheckedRunefile:
    contents = {"words.txt": b"one\ntwo\n", "words.onnx": b"onnx", "cut.tflite": b"mod"}
    contents.update(dict.fromkeys(_SIGNATURES, b"model"))
    contents["guessed.provenance.json"] = json.dumps(
        {"digest": digest_of(b"model"), "samples": {"is_guess": True}}
    ).encode()
    if language == "sh":
        good = _examples(Code.NOT_TEXT.value)["Right"][1]
        return check(
            MemoryFiles({**contents, "Runefile.yml": good.encode()}), PUBLISHED_BLOCKS, runefile=text.split()[-1]
        )
    if language == "json":
        watching = _examples(Code.WATCH.value)["Right"][1].encode()
        return check(MemoryFiles({**contents, "Runefile.yml": watching, "rune.watch": text.encode()}), PUBLISHED_BLOCKS)
    data = ast.literal_eval(text) if language == "python" else text.encode()
    return check(MemoryFiles({**contents, "Runefile.yml": data}), PUBLISHED_BLOCKS, signatures=_signature)


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    pages = {path.stem for path in PAGES.glob("RUNE*.md")}
    assert pages == {code.value for code in Code}
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    assert all(f"[{code.value}]({code.value}.md)" in index for code in Code)


@each_case("code", OF_A_CHECK)
def test_the_wrong_example_of_a_page_gives_its_code(code: str) -> None:
    result = _checked(*_examples(code)["Wrong"])
    assert code in {diagnostic.code for diagnostic in result.diagnostics}
    assert all(diagnostic.code == code for diagnostic in result.diagnostics if diagnostic.severity is Severity.ERROR)


@each_case("code", OF_A_CHECK)
def test_the_right_example_of_a_page_has_nothing_wrong(code: str) -> None:
    language, text = _examples(code)["Right"]
    if language == "sh":
        assert text.split()[-1] == "Runefile.yml"
        return
    result = _checked(language, text)
    assert result.diagnostics == ()
    assert result.pipeline is not None


@each_case("code", OF_A_BLOCK)
def test_the_examples_of_a_page_about_a_block_do_what_it_says(code: str) -> None:
    wrong, right = (_checked_block(*_examples(code)[title]) for title in ("Wrong", "Right"))
    codes = {(each.file, each.code) for each in wrong.diagnostics}
    if code == Code.PYTHON_BLOCK.value:
        assert ("Runefile.yml", code) in codes
        assert {file for file, _ in codes} == {"Runefile.yml", "broken.py"}
    else:
        assert codes == {("block.py", code), ("Runefile.yml", Code.PYTHON_BLOCK.value)}
    assert right.diagnostics == ()
    assert right.pipeline is not None


@pytest.mark.parametrize("code", OF_A_MODEL_FILE)
def test_the_examples_of_a_page_about_model_files_do_what_it_says(code: str) -> None:
    files = MemoryFiles({"net.onnx": b"onnx"})
    wrong, right = (check_models(files, read_policy(_examples(code)[title][1]).models) for title in ("Wrong", "Right"))
    assert [each.code for each in wrong] == [code]
    assert right == ()


@pytest.mark.parametrize("code", OF_ANOTHER_PROJECT)
def test_the_examples_of_a_page_about_blocks_of_others_do_what_it_says(code: str) -> None:
    wrong, right = (_checked_beside_a_lock(*_examples(code)[title]) for title in ("Wrong", "Right"))
    assert {each.code for each in wrong.diagnostics} == {code}
    assert right.diagnostics == ()
    assert right.pipeline is not None


def _checked_beside_a_lock(language: str, text: str) -> CheckedRunefile:
    """The check of a Runefile beside a lock, or of a Runefile beside the lock that is the text."""
    versions = {version: published(version) for version in ("1.1", "1.2")}
    lock = "".join(f"acme/sounds#smooth@{version} {digest}\n" for version, (digest, _) in versions.items())
    shelf = {
        SharedName("acme", "sounds", "smooth"): (
            ShelfVersion("1.2", versions["1.2"][0]),
            ShelfVersion("1.1", versions["1.1"][0], "It clicks."),
        )
    }
    files = {"Runefile.yml": text.encode(), "rune.lock": lock.encode(), SHELF: shelf_text(shelf).encode()}
    if language == "text":
        files |= {"Runefile.yml": RUNEFILE.format(block=PATH, type="f32").encode(), "rune.lock": text.encode()}
    mounts = {path: data for _, version_files in versions.values() for path, data in version_files.items()}
    return check(MemoryFiles({**files, **mounts}), PUBLISHED_BLOCKS)


def _checked_block(language: str, text: str) -> CheckedRunefile:
    """The check of a Runefile, or of one that runs a block with this text."""
    runefile = _examples(Code.PYTHON_BLOCK.value)["Right"][1]
    own = {"broken.py": b"def broken(x): pass\n", "smooth.py": _examples(Code.PYTHON_NUMBER.value)["Right"][1].encode()}
    if language == "yaml":
        return check(MemoryFiles({**own, "Runefile.yml": text.encode()}), PUBLISHED_BLOCKS)
    files = {"block.py": text.encode(), "Runefile.yml": runefile.replace("smooth", "block").encode()}
    return check(MemoryFiles(files), PUBLISHED_BLOCKS)


@pytest.mark.parametrize("code", OF_A_TEST)
def test_the_examples_of_a_page_about_tests_do_what_it_says(code: str) -> None:
    wrong, right = (_checked_tests(_examples(code)[title][1]) for title in ("Wrong", "Right"))
    assert {each.kind.value for each in wrong.problems} == ({code} if code == Code.BLOCK_TEST.value else set())
    failures = [each.failure is not None for each in (() if wrong.problems else run_tests(wrong))]
    assert failures == ([] if code == Code.BLOCK_TEST.value else [True])
    assert right.problems == ()
    assert [each.failure for each in run_tests(right)] == [None]


def _checked_tests(text: str) -> CheckedTests:
    files = {"smooth.py": SMOOTH.encode(), "smooth_test.py": text.encode()}
    return read_tests(MemoryFiles(files), "smooth_test.py")


@each_case("code", OF_A_POLICY)
def test_the_examples_of_a_page_about_a_policy_do_what_it_says(code: str) -> None:
    wrong, right = (read_policy(_examples(code)[title][1]) for title in ("Wrong", "Right"))
    assert {each.code for each in wrong.diagnostics} == {code}
    assert (right.diagnostics, right.has_errors) == ((), False)


@pytest.mark.parametrize("code", OF_A_BUILD)
def test_the_wrong_example_of_a_page_checks_and_does_not_build(code: str) -> None:
    files = _project_with_models(_examples(code)["Wrong"][1])
    with pytest.raises(BuildFailed) as error:
        build(files, BuildOptions("wrong"))
    assert [diagnostic.code for diagnostic in error.value.diagnostics] == [code]


@pytest.mark.parametrize("code", WARNED_BY_A_BUILD)
def test_the_wrong_example_of_a_page_builds_with_a_warning(code: str) -> None:
    files = _project_with_models(_examples(code)["Wrong"][1])
    result = build(files, BuildOptions("wrong"))
    assert [(each.code, each.severity) for each in result.diagnostics] == [(code, Severity.WARNING)]
    assert check(files, PUBLISHED_BLOCKS, signatures=ProjectModels(files).signature).diagnostics == result.diagnostics


@pytest.mark.parametrize("code", OF_A_TARGET)
def test_the_wrong_example_of_a_page_does_not_build_for_a_target_without_a_host(code: str) -> None:
    with pytest.raises(BuildFailed) as error:
        build(_project_with_models(_examples(code)["Wrong"][1]), BuildOptions("wrong", target=find_target("c")))
    assert [diagnostic.code for diagnostic in error.value.diagnostics] == [code]
    right = build(_project_with_models(_examples(code)["Right"][1]), BuildOptions("right", target=find_target("c")))
    assert right.diagnostics == ()


@pytest.mark.parametrize("code", OF_A_PROFILE)
def test_the_wrong_example_of_a_page_cannot_match_tflite_micro(code: str) -> None:
    with pytest.raises(BuildFailed) as error:
        build(_project_with_models(_examples(code)["Wrong"][1]), BuildOptions("wrong", profile=TFLM))
    assert [diagnostic.code for diagnostic in error.value.diagnostics] == [code]
    right = build(_project_with_models(_examples(code)["Right"][1]), BuildOptions("right", profile=TFLM))
    assert right.diagnostics == ()


@pytest.mark.parametrize("code", OF_A_BUILD + WARNED_BY_A_BUILD)
def test_the_right_example_of_a_page_builds(code: str) -> None:
    assert build(_project_with_models(_examples(code)["Right"][1]), BuildOptions("right")).diagnostics == ()


def _project_with_models(runefile: str) -> MemoryFiles:
    """The project of a page about builds, with the models that the index of the pages describes."""
    sine = (ROOT / "examples" / "sine" / "sine.tflite").read_bytes()
    shape, another = struct.pack("<3i", 2, 1, 16), struct.pack("<3i", 2, 1, 15)
    assert shape in sine
    return MemoryFiles(
        {
            "Runefile.yml": runefile.encode(),
            "sine.tflite": sine,
            "lying.tflite": sine.replace(shape, another, 1),
            "logistic.tflite": next(case.data for case in refused_cases() if case.name == "relu_0_to_1_logistic_f32"),
        }
    )
