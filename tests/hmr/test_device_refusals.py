"""Refusals of `hmr` on a device, and its models there, without a daemon."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import hmr
import rune
from hmr.running import RunningRune
from lab.environments.environment import ENVIRONMENTS
from rune.digests import digest_of
from rune.tools import api
from tests.support.cases import each_case
from tests.support.hmrd.runes import SINE
from tests.support.models.sklearn_files import FOLDER

MODELS = Path(__file__).parents[1] / "lab" / "models"
FLOAT = MODELS / "network.tflite"
LocalRune = hmr.Rune[RunningRune]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of the person's own is read or written."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HMRD_SOCKET", str(tmp_path / "no.sock"))
    return tmp_path / "home"


def project(runefile: Path | None = None) -> LocalRune:
    return hmr.Rune("home", "sine", runefile, "1.0", device="local")


def name_of(act: Callable[[], object]) -> str:
    with pytest.raises(hmr.HmrError) as error:
        act()
    return error.value.name


@each_case(
    ("act", "name"),
    [
        (lambda: project().get_data(), "daemon-away"),
        (lambda: project(SINE / "Runefile.yml").deploy(), "daemon-away"),
        (lambda: project().get_data(1), "refused"),
        (lambda: project().deploy("Website"), "refused"),
        (lambda: project().deploy(kind="web"), "refused"),
        (lambda: project().deploy(origins=["https://acme.example"]), "refused"),
        (lambda: project().preview(), "server-needed"),
        (lambda: project().review("jo@acme.example"), "server-needed"),
        (lambda: project().build(), "build-failed"),
        (lambda: project(SINE), "not-there"),
        (lambda: project(SINE / "nowhere.yml"), "not-there"),
        (lambda: project().set_model(SINE / "nowhere.tflite"), "not-there"),
        (lambda: project().set_model(SINE / "nowhere.keras"), "not-there"),
        (lambda: project().set_model([1, 2]), "model-refused"),
        (lambda: project().set_model(SINE / "sine.tflite", path="../model.tflite"), "refused"),
        (lambda: project().set_model(SINE / "sine.tflite", path="/tmp/model.tflite"), "refused"),
        (lambda: project().set_model(SINE / "sine.tflite", samples=np.zeros((1, 1))), "samples-refused"),
        (lambda: hmr.Rune("..", "sine", device="local"), "refused"),
        (lambda: hmr.Rune("home", "a/../../b", device="local"), "refused"),
    ],
)
def test_refusals_have_names(act: Callable[[], object], name: str) -> None:
    assert name_of(act) == name


def test_a_device_and_a_server_do_not_mix() -> None:
    assert name_of(lambda: hmr.Rune("home", "sine", device="local", server="http://127.0.0.1:9")) == "refused"  # type: ignore[call-overload]
    assert name_of(lambda: hmr.Rune("home", "sine", device="remote")) == "refused"  # type: ignore[call-overload]
    assert name_of(lambda: hmr.Rune("home", "sine", socket="hmrd.sock")) == "refused"  # type: ignore[call-overload]


def test_a_project_without_a_runefile_has_a_folder_of_its_own(home: Path) -> None:
    figures = project().set_model(SINE / "sine.tflite")
    folder = home / "hammer-forge" / "projects" / "home" / "sine"
    assert (folder / "model.tflite").read_bytes() == (SINE / "sine.tflite").read_bytes()
    assert project().page == folder.as_uri()
    assert (figures.path, figures.chosen) == ("model.tflite", "as it is")
    assert "<table>" in figures._repr_html_()
    assert "href" not in figures._repr_html_()


@pytest.mark.slow
def test_a_build_is_that_of_the_toolchain() -> None:
    build = project(SINE / "Runefile.yml").build()
    assert build.data == rune.build(SINE).data
    assert (build.id, build.size, build.accuracy) == (digest_of(build.data), len(build.data), None)
    assert "result" in build.load()([0.5])


@each_case(("name", "text"), [("model.tflite", "nothing"), ("model.trees.json", "nothing"), ("a.trees.json", "[]")])
def test_a_file_of_another_kind_is_refused(name: str, text: str, tmp_path: Path, home: Path) -> None:
    (tmp_path / name).write_text(text)
    assert name_of(lambda: project().set_model(tmp_path / name)) == "model-refused"
    assert not list(home.rglob("*.t*"))


def test_trees_are_used_as_they_are(tmp_path: Path, home: Path) -> None:
    (tmp_path / "walk.trees.json").write_text('{"trees": []}')
    figures = project().set_model(tmp_path / "walk.trees.json")
    assert (figures.path, figures.chosen) == ("model.trees.json", "trees")
    assert next(home.rglob("model.trees.json")).read_text() == '{"trees": []}'


def test_without_the_toolchain_an_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (rune, api):
        monkeypatch.delitem(vars(module), "build", raising=False)
    monkeypatch.setitem(sys.modules, "rune.tools.api.built", None)
    with pytest.raises(hmr.HmrError, match="install hammer-forge, ") as error:
        project(SINE / "Runefile.yml").build()
    assert error.value.name == "toolchain-missing"


@pytest.mark.slow
def test_a_named_form_is_converted_on_samples_with_the_figures_of_all(home: Path) -> None:
    samples = np.random.default_rng(1).standard_normal((40, 12, 6)).astype(np.float32)
    figures = project().set_model(FLOAT, samples=samples, form="int8")
    assert figures.chosen == "int8"
    assert {"float32", "int8"} <= {each.form for each in figures.rows}
    row = figures.row()
    assert (row.calibrated_on, row.judged_on) == ("samples", "samples")
    assert row.signal is not None
    assert row.arena is not None
    model = next(home.rglob("model.tflite"))
    assert model.stat().st_size == row.size
    assert digest_of(model.read_bytes()) in model.with_name("model.provenance.json").read_text()


@pytest.mark.slow
def test_a_form_of_random_numbers_needs_consent(home: Path) -> None:
    assert name_of(lambda: project().set_model(FLOAT, form="int8")) == "samples-missing"
    assert not list(home.rglob("*.tflite"))
    assert project().set_model(FLOAT, form="int8", guess=True).row().calibrated_on == "random numbers"


@pytest.mark.slow
def test_an_environment_that_is_not_prepared_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNE_LAB_DIR", str(tmp_path / "lab"))
    (tmp_path / "model.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(hmr.HmrError, match="--prepare") as error:
        project().set_model(tmp_path / "model.h5")
    assert error.value.name == "converter-missing"


@pytest.mark.slow
def test_a_model_that_cannot_be_read_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "model.pt").write_bytes(b"\x80\x04.")
    with pytest.raises(hmr.HmrError, match="runs Python when it is loaded") as error:
        project().set_model(tmp_path / "model.pt")
    assert error.value.name == "model-refused"


@pytest.mark.slow
@pytest.mark.skipif(not ENVIRONMENTS["tensorflow"].is_ready, reason="needs the tensorflow environment")
def test_a_keras_model_is_converted_on_this_machine(home: Path) -> None:
    class Model:
        name = "net/work"

        def save(self, path: Path) -> None:
            path.write_bytes((MODELS / "network.keras").read_bytes())

    samples = {"sound": np.random.default_rng(1).standard_normal((40, 12, 6)).astype(np.float32)}
    figures = project().set_model(Model(), samples=samples, path="models/net.tflite")
    assert (figures.path, figures.chosen) == ("models/net.tflite", "int8")
    assert figures.row().calibrated_on == "samples"
    assert [path.name for path in sorted(next(home.rglob("models")).iterdir())] == ["net.provenance.json", "net.tflite"]


@pytest.mark.slow
@pytest.mark.skipif(not ENVIRONMENTS["onnx"].is_ready, reason="needs the onnx environment")
def test_a_forest_becomes_a_file_of_trees(home: Path) -> None:
    figures = project().set_model(FOLDER / "forest.onnx", form="trees")
    assert (figures.path, figures.chosen) == ("model.trees.json", "trees")
    assert next(home.rglob("model.trees.json")).stat().st_size == figures.row().size
    assert name_of(lambda: project().set_model(FOLDER / "forest.onnx")) == "model-refused"
