"""Decision trees of scikit-learn on the page Models: they become the file of the block, with figures and stages, and
are offered with the Runefile that runs them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from forge.accounts.models import User
from forge.core.models import AuditEntry
from forge.jobs.models import Job
from forge.learning.conversions.declarations import convert_declared
from forge.learning.models import ConvertedForm, ModelConversion
from forge.projects.actions import write_file
from forge.projects.creating.empty import BLANK_RUNEFILE
from forge.projects.models import Project
from forge.projects.versions.store import VersionFiles, working_tree
from forge.reviews.models import ChangeRequest
from lab.environments.environment import ENVIRONMENTS
from lab.formats.onnx.model import OnnxModel, OnnxNode
from rune.blocks.decision_trees.file import read_tree_file
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.tools.cli import main
from tests.forge.learning.test_conversions import MODELS, converted, read, run_jobs, sent
from tests.support.models.onnx_files import model, write
from tests.support.models.onnx_trees import STUMP, learner, regressor
from tests.support.models.sklearn_files import FOLDER

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("worker"),
    pytest.mark.skipif(not ENVIRONMENTS["onnx"].is_ready, reason="needs the onnx environment"),
]

JSON = "application/json"
FEATURES = """\
version: 1
image: runicos/base

pipeline:
  features:
    capability: RAW
    outputs:
      - {type: f32, dimensions: [4]}
"""
SHOWN = """\
  shown:
    out: SERIAL
    inputs: [features]
"""


def of_file(client: Client, name: str) -> Any:
    return converted(client, (FOLDER / f"{name}.onnx").read_bytes(), f"{name}.onnx")


def trees_of(client: Client, row: Mapping[str, Any]) -> bytes:
    return b"".join(client.get(row["forms"][0]["url"]))


def page_of(client: Client, row: Mapping[str, Any]) -> str:
    return " ".join(client.get(f"/acme/kitchen/models/{row['id']}").content.decode().split())


def offered(client: Client, row: Mapping[str, Any], path: str = "walk.trees.json") -> ChangeRequest:
    answer = client.post(f"{MODELS}/{row['id']}/forms/1/apply", {"path": path}, content_type=JSON)
    assert answer.status_code == 201, answer.content
    return ChangeRequest.objects.get(number=answer.json()["number"])


def files_of(change: ChangeRequest) -> MemoryFiles:
    assert change.offered is not None
    files = VersionFiles(change.offered.manifest)
    return MemoryFiles({path: files.read(path) for path in change.offered.manifest})


def warnings_of(files: MemoryFiles) -> list[str]:
    """Builds the rune, and gives the codes of its warnings."""
    result = build(files, BuildOptions("walk"))
    assert len(result.rune) > 1000
    return [each.code for each in result.diagnostics]


@pytest.mark.slow
def test_a_forest_becomes_the_file_of_the_command_with_its_record(
    client: Client, project: Project, tmp_path: Path
) -> None:
    row = of_file(client, "forest")
    assert (row["state"], row["error"]) == ("ready", "")
    result = CliRunner().invoke(
        main, ["convert", str(FOLDER / "forest.onnx"), "-o", str(tmp_path / "forest.trees.json")]
    )
    assert result.exit_code == 0, result.stderr
    (form,) = row["forms"]
    data = trees_of(client, row)
    assert data == (tmp_path / "forest.trees.json").read_bytes()
    record = json.loads((tmp_path / "forest.trees.json.provenance.json").read_text())
    assert ConvertedForm.objects.get().provenance == record
    assert (form["form"], form["size"], form["digest"]) == ("trees", len(data), record["digest"])
    file = read_tree_file(data.decode())
    trees = row["trees"]
    assert (trees["features"], trees["outputs"]) == (file.features, file.outputs) == (4, 3)
    assert (trees["trees"], trees["nodes"]) == (6, sum(len(each.nodes) for each in file.trees))
    assert trees["classes"] == ["rest", "run", "walk"]
    assert 0 <= trees["difference"] < 1e-5
    assert trees["stages"] == result.stdout.split("Stages for the Runefile:\n")[1].split("resources:")[0]
    assert (row["layers"], row["samples"], form["figures"]) == ([], None, None)
    header = client.get(form["url"])["Content-Disposition"]
    assert "forest.trees.json" in header


@pytest.mark.slow
def test_the_page_shows_trees_and_nothing_that_only_layers_have(client: Client, project: Project) -> None:
    row = of_file(client, "forest")
    page = page_of(client, row)
    nodes = row["trees"]["nodes"]
    for text in ("Decision trees", f"6 trees with {nodes} nodes", "rest, run, walk", "Stages for the Runefile", "RAM"):
        assert text in page, text
    for text in ("proc-block: decision_trees", "forest.trees.json", "Raspberry Pi Pico", "256 inputs", "skl2onnx"):
        assert text in page, text
    for text in ("Signal to noise", "Make the mixed form", "Calibrated", "Quantiser", "What is this input?", "float32"):
        assert text not in page, text
    assert "forest.onnx" in client.get("/acme/kitchen/models").content.decode()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "classes", "outputs", "last"),
    [
        ("tree", ["rest", "run", "walk"], 3, "reshape"),
        ("forest_scaled", ["rest", "run", "walk"], 3, "reshape"),
        ("boosting_two", ["False", "True"], 2, "softmax"),
        ("forest_pair", [], 2, "decision_trees"),
        ("boosting_number", [], 1, "decision_trees"),
    ],
)
def test_each_kind_of_trees_is_counted_and_offered_to_an_empty_project_as_a_rune(
    client: Client, user: User, project: Project, name: str, classes: list[str], outputs: int, last: str
) -> None:
    write_file(user, project, "Runefile.yml", BLANK_RUNEFILE)
    row = of_file(client, name)
    assert (row["state"], row["error"]) == ("ready", "")
    assert (row["trees"]["outputs"], len(row["trees"]["classes"])) == (outputs, len(classes))
    for target in ("cortex-m0plus", "rv32imc"):
        needs = row["forms"][0]["needs"][target]
        assert needs["flash"] > 1000, needs
        assert needs["instructions"] > 100, needs
    change = offered(client, row)
    files = files_of(change)
    assert set(files.paths()) == {
        "Runefile.yml",
        "walk.trees.json",
        "walk.trees.json.provenance.json",
        f"training/{name}.onnx",
    }
    assert files.read("walk.trees.json") == trees_of(client, row)
    assert warnings_of(files) == []
    stages = files.read("Runefile.yml").decode()
    assert f"proc-block: {last}" in stages[stages.index("model:") :]
    assert change.outside_place == f"Conversion of {name}.onnx"


@pytest.mark.slow
def test_a_runefile_of_somebody_gets_the_resource_and_the_request_says_the_stages(
    client: Client, user: User, project: Project
) -> None:
    write_file(user, project, "Runefile.yml", (FEATURES + SHOWN).encode())
    row = of_file(client, "forest")
    change = offered(client, row)
    files = files_of(change)
    text = files.read("Runefile.yml").decode()
    assert text == f"{FEATURES}{SHOWN}\nresources:\n  TREES:\n    path: ./walk.trees.json\n"
    assert warnings_of(files) == ["RUNE0028"]
    assert row["trees"]["stages"].rstrip() in change.message
    assert "Classes, in the order of the scores: rest, run, walk." in change.message
    # With the stages of the description, the rune is built.
    stages = row["trees"]["stages"]
    whole = text.replace(SHOWN, stages + SHOWN.replace("[features]", "[model]"))
    finished_files = MemoryFiles({path: files.read(path) for path in files.paths()} | {"Runefile.yml": whole.encode()})
    assert warnings_of(finished_files) == []
    # A Runefile that has the file already stays as it is.
    write_file(user, project, "Runefile.yml", whole.encode())
    write_file(user, project, "walk.trees.json", b"{}")
    again = offered(client, row)
    assert files_of(again).read("Runefile.yml").decode() == whole
    assert "stays as it is" in again.message
    assert AuditEntry.objects.filter(action="model.apply").count() == 2
    assert f"/acme/kitchen/change-requests/{again.number}" in page_of(client, row)
    assert "walk.trees.json" in page_of(client, row)


@pytest.mark.slow
def test_what_only_layers_have_is_refused_by_name(client: Client, user: User, project: Project) -> None:
    row = of_file(client, "tree")
    address = f"{MODELS}/{row['id']}"
    for layers in ([], ["a"]):
        answer = client.post(f"{address}/forms", {"form": "int8", "float_layers": layers}, content_type=JSON)
        assert answer.status_code == 409
        assert "Decision trees have no forms" in answer.json()["detail"]
    answer = client.post(f"{address}/forms/1/apply", {"path": "walk.tflite"}, content_type=JSON)
    assert answer.status_code == 400
    assert ".trees.json" in answer.json()["detail"]
    answer = client.get(f"/api/v1/projects/acme/kitchen/model-inputs?conversion={row['id']}&form=1")
    assert answer.status_code == 400
    assert "tree.trees.json is not a .tflite model" in answer.json()["detail"]
    # The same file is there at once, and has no job.
    jobs = Job.objects.count()
    again = read(client, sent(client, (FOLDER / "tree.onnx").read_bytes(), "tree.onnx"))
    assert (again["state"], again["trees"]) == ("ready", row["trees"])
    assert Job.objects.count() == jobs
    assert client.delete(address).status_code == 204
    assert trees_of(client, again)


CATEGORIES = OnnxNode("OneHotEncoder", "the encoder", ("x",), ("encoded",), {"cats_int64s": (1, 2)}, "ai.onnx.ml")
MANY = 262_145


@pytest.mark.slow
@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (model(regressor({"nodes_missing_value_tracks_true": (1, 0, 0)})), "Learn from data without missing values"),
        (model(CATEGORIES, regressor(source="encoded")), "is in front of decision trees, where only scalers"),
        (model(regressor(), OnnxNode("Relu", "the Relu", ("y",), ("z",), {})), "is behind decision trees"),
        (
            model(
                learner("TreeEnsembleRegressor", {**STUMP, **{key: (0,) * MANY for key in STUMP if "nodes_" in key}})
            ),
            "262,145 nodes; at most 262,144 are converted",
        ),
    ],
    ids=["missing", "categories", "mixed", "many"],
)
def test_trees_that_the_block_does_not_have_are_refused_as_by_the_command(
    client: Client, project: Project, tmp_path: Path, one: OnnxModel, reason: str
) -> None:
    source = write(tmp_path / "walk.onnx", one)
    row = converted(client, source.read_bytes(), "walk.onnx")
    assert (row["state"], row["forms"], row["trees"]) == ("failed", [], None)
    assert reason in row["error"]
    assert "rune convert" not in row["error"]
    command = CliRunner().invoke(main, ["convert", str(source), "-o", str(tmp_path / "walk.trees.json")])
    assert row["error"] in " ".join(command.stderr.split())


@pytest.mark.slow
def test_a_forge_yml_declares_no_trees(client: Client, user: User, project: Project) -> None:
    write_file(user, project, "training/walk.onnx", (FOLDER / "tree.onnx").read_bytes())
    write_file(user, project, "forge.yml", b"models:\n  walk.tflite:\n    source: training/walk.onnx\n")
    convert_declared(project, working_tree(project))
    run_jobs()
    assert ModelConversion.objects.get().state_name == "ready"
    page = " ".join(client.get("/acme/kitchen/models").content.decode().split())
    assert "Its source is decision trees, which become no .tflite file" in page
    assert "Try again" not in page
