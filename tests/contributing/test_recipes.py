"""The recipes of docs/contributing work: each is followed in a copy of the project, and the named test misses what is
left out.
"""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

import pytest

from lab.training.settings import ENVIRONMENT
from tests.conftest import REPOSITORY
from tests.contributing.recipe import PAGES, ScratchCopy, files_of, insertions_of, places_of
from tests.support.documents.named_places import missing_paths
from tests.support.documents.named_symbols import missing_symbols
from tests.support.models.model_cases import refused_cases

RELU_0_TO_1 = """
import sys
import numpy as np
from pathlib import Path
import rune
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.source.runefile.model_inputs.starter import starter
from rune.running.runtime import Runtime
from rune.compiler.targets.lookup import find_target
from rune.model.tflite import read_model, signature

assert Path(rune.__file__).is_relative_to(Path.cwd()), rune.__file__
data = Path(sys.argv[1]).read_bytes()
text = starter(signature(read_model(data)), "model.tflite")
files = MemoryFiles({"Runefile.yml": text.encode(), "model.tflite": data})
given = np.array([-90, -1, 0, 0.5, 30], np.float32)
for target in ("wasm32", "wasm32-mvp"):
    result = build(files, BuildOptions("app", target=find_target(target)))
    assert [model.runs for model in result.report.models] == ["compiled"]
    loaded = Runtime.load(result.rune)
    ((message,),) = [loaded.call({loaded.capabilities[0].id: given.tobytes()})]
    print(np.array(message.tensors[0].elements, np.float32).tobytes().hex())
assert "rune_relu_0_to_1_float32" in build(files, BuildOptions("app", target=find_target("c"))).files["app.c"].decode()
"""


def test_a_recipe_has_six_places_at_most() -> None:
    pages = [page.name for page in PAGES.glob("add-*.md")]
    assert {"add-an-op.md", "add-a-target.md", "add-a-block.md", "add-a-template.md"} <= set(pages)
    assert all(0 < places_of(page) <= 6 for page in pages)


def test_the_table_of_recipes_lists_each_with_its_places() -> None:
    rows = re.findall(r"\[(add-[\w-]+\.md)\]\(\1\) \| (\d+) \|", (PAGES / "README.md").read_text("utf-8"))
    assert {name: int(count) for name, count in rows} == {
        page.name: places_of(page.name) for page in PAGES.glob("add-*.md")
    }


def test_a_recipe_that_names_no_file_of_ours_is_found_out() -> None:
    page = "| `tests/no_such_test.py` | in `forge/web/urls.py`, beside `rune/compiler/targets/<name>/` |"
    assert missing_paths(page, REPOSITORY) == ["tests/no_such_test.py"]


@pytest.mark.parametrize("root", ["benchmarks", "hmr", "lab"])
def test_a_missing_file_is_found_out_in_each_package(root: str) -> None:
    assert missing_paths(f"In `{root}/no_such_module.py`.", REPOSITORY) == [f"{root}/no_such_module.py"]


CODE = {
    "settings.py": "class Environment:\n    days: int\n    def read(self, base): pass\nLIMITS = {'weeks': 1}\n",
    "state.ts": "export interface Session {\n  readonly name: string;\n}\nexport function afterEvent(): void {}\n",
}


@pytest.mark.parametrize(
    ("symbol", "other_symbol"),
    [
        ("`Environment`", "`ServerEnvironment`"),
        ("`Environment.read`", "`Environment.load`"),
        ("`read(base)`", "`load(base)`"),
        ("`days=1`", "`hours=1`"),
        ("`LIMITS`", "`BOUNDS`"),
        ("`weeks`", "`months`"),
        ("`Session`", "`State`"),
        ("`afterEvent`", "`onEvent`"),
    ],
)
def test_a_recipe_that_names_a_renamed_symbol_is_found_out(tmp_path: Path, symbol: str, other_symbol: str) -> None:
    (tmp_path / "lab").mkdir()
    for name, code in CODE.items():
        (tmp_path / "lab" / name).write_text(code)
    files = "".join(f" `lab/{name}`" for name in CODE)
    assert missing_symbols(f"{symbol} of{files}", tmp_path) == []
    assert len(missing_symbols(f"{other_symbol} of{files}", tmp_path)) == 1
    assert len(missing_symbols(f"{symbol} of `forge/web/urls.py`", tmp_path)) == 1


def test_a_symbol_of_the_pages_own_code_is_known(tmp_path: Path) -> None:
    assert missing_symbols("`organiser`, as in\n\n```python\norganiser = 1\n```\n", tmp_path) == []


@pytest.mark.parametrize("page", sorted(path.name for path in PAGES.glob("add-*.md")))
def test_the_symbols_that_a_recipe_names_are_defined_in_its_files(page: str) -> None:
    assert missing_symbols((PAGES / page).read_text("utf-8"), REPOSITORY) == []


@pytest.mark.parametrize("page", sorted(path.name for path in PAGES.glob("add-*.md")))
def test_the_files_and_tests_that_a_recipe_names_are_there(page: str) -> None:
    missing = missing_paths((PAGES / page).read_text("utf-8"), REPOSITORY)
    assert [path for path in missing if path not in files_of(page)] == []


@pytest.mark.proof
def test_an_op_is_added_by_its_recipe(tmp_path: Path) -> None:
    np = pytest.importorskip("numpy")
    copy, files = ScratchCopy.at(tmp_path), files_of("add-an-op.md")
    assert len(files) == 3
    for path, text in files.items():
        if path == "rune/compiler/kernels/portable/activations/relu_0_to_1.py":
            assert copy.registration_tests().returncode == 1  # the computation has no kernel yet
        copy.write(path, text)
    assert copy.registration_tests().returncode == 0
    model = tmp_path / "relu_0_to_1.tflite"
    model.write_bytes(next(case.data for case in refused_cases() if case.name == "relu_0_to_1_logistic_f32"))
    ran = copy.python("-c", RELU_0_TO_1, str(model))
    assert ran.returncode == 0, ran.stderr
    with_vectors, without = ran.stdout.split()
    assert with_vectors == without
    values = np.array([-90, -1, 0, 0.5, 30])
    expected = 1 / (1 + np.exp(-np.clip(values, 0, 1)))
    assert np.allclose(np.frombuffer(bytes.fromhex(without), "<f4"), expected, rtol=1e-6)


@pytest.mark.proof
def test_a_target_is_added_by_its_recipe(tmp_path: Path) -> None:
    copy, files = ScratchCopy.at(tmp_path), files_of("add-a-target.md")
    ((path, text),) = files.items()
    copy.write(path, text)
    assert copy.registration_tests().returncode == 1  # the guide has no row for it
    guide = tmp_path / "docs" / "guides" / "targets.md"
    guide.write_text(
        f"{guide.read_text(encoding='utf-8')}\n| `wasm32-bulk` | `NAME.rune` | engines |\n", encoding="utf-8"
    )
    result = copy.registration_tests()
    assert result.returncode == 0, result.stdout
    outputs = []
    for target in ("wasm32", "wasm32-bulk"):
        process = copy.python(
            "-m", "rune.tools.cli", "build", "examples/digits", "--target", target, "-o", f"{target}.rune"
        )
        assert process.returncode == 0, process.stderr
        ran = copy.python("-m", "rune.tools.cli", "run", f"{target}.rune", "--generated")
        assert ran.returncode == 0, ran.stderr
        outputs.append(ran.stdout)
    assert outputs[0] == outputs[1]
    runes = [(tmp_path / f"{target}.rune").read_bytes() for target in ("wasm32", "wasm32-bulk")]
    assert len(runes[0]) > len(runes[1])


CLIP = """
version: 1
image: runicos/base
pipeline:
  numbers:
    capability: RAW
    outputs: [{type: f32, dimensions: [3]}]
    args: {length: 12}
  limited:
    proc-block: clip
    inputs: [numbers]
    outputs: [{type: f32, dimensions: [3]}]
    args: {low: -1, high: 0.5}
  out:
    out: SERIAL
    inputs: [limited]
"""


@pytest.mark.proof
def test_a_block_is_added_by_its_recipe(tmp_path: Path) -> None:
    copy, files = ScratchCopy.at(tmp_path), files_of("add-a-block.md")
    assert len(files) == 4
    paths = ("tests/rune/blocks/test_block_catalogue.py", "tests/rune/blocks/test_block_vectors.py")
    for path, text in files.items():
        if path.endswith("golden.json"):
            incomplete = copy.tests(*paths)
            assert incomplete.returncode != 0
            assert "clip/golden.json" in incomplete.stdout
        copy.write(path, text)
    # The vectors of the other blocks are those of the project.
    result = copy.tests(*paths, "-k", "clip or not golden_vectors")
    assert result.returncode == 0, result.stdout
    app = tmp_path / "app"
    app.mkdir()
    (app / "Runefile.yml").write_text(CLIP, encoding="utf-8")
    process = copy.python("-m", "rune.tools.cli", "build", "app", "-o", "app.rune")
    assert process.returncode == 0, process.stderr
    (tmp_path / "numbers").write_bytes(struct.pack("<3f", -3, 0.25, 4))
    ran = copy.python("-m", "rune.tools.cli", "run", "app.rune", "--raw", "numbers")
    assert json.loads(ran.stdout)["2"][0]["elements"] == [-1, 0.25, 0.5], ran.stderr


@pytest.mark.proof
def test_a_template_is_added_by_its_recipe(tmp_path: Path) -> None:
    copy, files = ScratchCopy.at(tmp_path), files_of("add-a-template.md")
    assert len(files) == 3
    for path, text in files.items():
        if path.endswith("template.json"):
            assert copy.python("-m", "rune.tools.cli", "new", "spectrum").returncode != 0  # nothing describes it yet
        copy.write(path, text)
    process = copy.python("-m", "rune.tools.cli", "new", "spectrum", "mine")
    assert process.returncode == 0, process.stderr
    check = copy.python("-m", "rune.tools.cli", "check", "mine")
    assert check.returncode == 0, check.stderr
    assert "0 errors, 0 warnings" in check.stdout
    build = copy.python("-m", "rune.tools.cli", "build", "mine")
    assert build.returncode == 0, build.stderr


PRESSURE = """
version: 1
image: runicos/base
pipeline:
  pressure:
    capability: BARO
    args: {samples: 3}
  out:
    out: SERIAL
    inputs: [pressure]
"""


@pytest.mark.proof
def test_an_input_source_is_added_by_its_recipe(tmp_path: Path) -> None:
    copy, files = ScratchCopy.at(tmp_path), files_of("add-an-input-source.md")
    ((path, text),) = files.items()
    app = tmp_path / "app"
    app.mkdir()
    (app / "Runefile.yml").write_text(PRESSURE, encoding="utf-8")
    unknown = copy.python("-m", "rune.tools.cli", "check", "app")
    assert unknown.returncode == 1
    assert "There is no capability" in unknown.stdout + unknown.stderr
    copy.write(path, text)
    build = copy.python("-m", "rune.tools.cli", "build", "app", "-o", "app.rune")
    assert build.returncode == 0, build.stderr
    (tmp_path / "pressure.bin").write_bytes(struct.pack("<3f", 1013.25, 1012, 1011.5))
    ran = copy.python("-m", "rune.tools.cli", "run", "app.rune", "--barometer", "pressure.bin")
    assert json.loads(ran.stdout)["2"][0]["elements"] == [1013.25, 1012, 1011.5], ran.stderr
    run = copy.python("-m", "rune.tools.cli", "run", "app.rune", "--generated")
    assert run.returncode == 0, run.stderr


@pytest.mark.proof
def test_a_role_is_added_by_its_recipe(tmp_path: Path) -> None:
    copy, insertions = ScratchCopy.whole(tmp_path), insertions_of("add-a-role.md")
    has_all = ("tests/forge/accounts/test_roles.py", "-k", "verbs_and_answers or tables")
    for insertion in insertions:
        if insertion is insertions[-1]:
            incomplete = copy.app_tests(*has_all)
            assert incomplete.returncode == 1, incomplete.stdout  # nobody says what the role is answered
        copy.insert(insertion)
    result = copy.app_tests(*has_all)
    assert result.returncode == 0, result.stdout
    reference = copy.python("-m", "tools.reference")
    assert reference.returncode == 0, reference.stderr
    test_run = copy.app_tests("tests/forge/web/test_permissions_matrix.py", "-k", "organiser")
    assert test_run.returncode == 0, test_run.stdout


@pytest.mark.proof
def test_a_page_with_a_list_and_its_api_is_added_by_its_recipe(tmp_path: Path) -> None:
    copy, files, insertions = ScratchCopy.whole(tmp_path), files_of("add-a-page.md"), insertions_of("add-a-page.md")
    assert len(files) == 5
    for path, text in files.items():
        copy.write(path, text)
    matrix = "tests/forge/web/test_permissions_matrix.py"
    for insertion in insertions:
        if insertion.path == "tests/support/forge/addresses/organisations.py":
            incomplete = copy.app_tests(matrix, "-k", "leaves_no_address")
            assert incomplete.returncode == 1, incomplete.stdout  # nobody says what the addresses answer
            assert "saved-versions" in incomplete.stdout
        copy.insert(insertion)
    reference = copy.python("-m", "tools.reference")
    assert reference.returncode == 0, reference.stderr
    for path in ("docs/reference/operations.md", "build/openapi.json"):
        assert "saved-versions" in (tmp_path / path).read_text("utf-8")
    test_run = copy.app_tests("tests/forge/projects/test_saved_versions.py", matrix, "-k", "saved")
    assert test_run.returncode == 0, test_run.stdout
    for tests in (("tests/forge/test_acts.py",), ("tests/forge/web/test_reading_writes_nothing.py", "-k", "all")):
        acts = copy.app_tests(*tests)
        assert acts.returncode == 0, acts.stdout


FOOTPRINT = """
from rune.source.policy.judging import MeasuredFigures, judge
from rune.source.policy.read import read_policy
from rune.source.policy.schema import policy_schema
from rune.source.policy.wording import lines

checked = read_policy("limits: {footprint: 100 kB}\\n")
assert checked.diagnostics == (), checked.diagnostics
assert "footprint" in policy_schema()["properties"]["limits"]["properties"]
print(*lines(judge(checked.policy, MeasuredFigures(80_000, 30_000))), sep="\\n")
"""


@pytest.mark.proof
def test_a_key_of_forge_yml_is_added_by_its_recipe(tmp_path: Path) -> None:
    copy = ScratchCopy.at(tmp_path)
    assert "Diagnostic" in copy.python("-c", FOOTPRINT).stderr  # the key is not known
    for insertion in insertions_of("add-a-forge-yml-key.md"):
        copy.insert(insertion)
    judgement = copy.python("-c", FOOTPRINT)
    assert judgement.returncode == 0, judgement.stderr
    assert "✗ Footprint: missed. 110 kB, and the limit is at most 100 kB." in judgement.stdout


@pytest.mark.proof
def test_a_setting_is_added_by_its_recipe(tmp_path: Path) -> None:
    copy, insertions = ScratchCopy.whole(tmp_path), insertions_of("add-a-setting.md")
    row = next(index for index, each in enumerate(insertions) if each.path == "tools/reference/settings.py")
    tests = (
        "tests/test_reference.py",
        "tests/forge/serving/configuration/test_environment.py",
        "-k",
        "variable or refused or nothing",
    )
    for insertion in insertions[:row]:
        copy.insert(insertion)
    incomplete = copy.app_tests(*tests)
    assert "test_every_variable_that_is_read_is_on_the_page" in incomplete.stdout
    assert incomplete.returncode == 1, incomplete.stdout
    for insertion in insertions[row:]:
        copy.insert(insertion)
    result = copy.app_tests(*tests)
    assert result.returncode == 0, result.stdout
    reference = copy.python("-m", "tools.reference")
    assert reference.returncode == 0, reference.stderr
    assert "| `SUPPORT_DAYS` | `30` |" in (tmp_path / "docs/reference/settings.md").read_text("utf-8")
    read = copy.python("-c", "from forge import settings; print(settings.SUPPORT_DAYS)")
    assert read.stdout == "30\n", read.stderr


@pytest.mark.proof
@pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares")
def test_a_recipe_of_training_is_added_by_its_recipe(tmp_path: Path) -> None:
    copy, files = ScratchCopy.whole(tmp_path), files_of("add-a-recipe.md")
    assert len(files) == 3
    for path, text in files.items():
        copy.write(path, text)
    arguments = ("tests/lab/recipes", "tests/lab/dataset/test_features.py", "-k", "motion-small or guide_of_training")
    incomplete = copy.app_tests(*arguments)
    assert incomplete.returncode == 1, incomplete.stdout
    assert "test_the_guide_of_training_lists_each_recipe" in incomplete.stdout
    assert "motion-small" in incomplete.stdout
    (insertion,) = insertions_of("add-a-recipe.md")
    copy.insert(insertion)
    result = copy.app_tests(*arguments)
    assert result.returncode == 0, result.stdout
    training = copy.app_tests("tests/lab/test_training.py", "-m", "proof", "-k", "motion-small")
    assert training.returncode == 0, training.stdout
    assert "1 passed" in training.stdout
