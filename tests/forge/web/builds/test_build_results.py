"""The results on the page of a build: the time, the comparison with the reference, the memory."""

from __future__ import annotations

from typing import Any

import pytest

from forge.builds.artefacts.comparison_source import figures_of
from forge.comparison.figures import figure_rows
from forge.projects.actions import write_file
from rune.assessment.verify.comparison import DeviationFigures
from rune.assessment.verify.runes.rebuild_result import FRESH, RebuildResult, RebuildState
from rune.assessment.verify.runes.verification import RuneVerification
from rune.assessment.verify.verification import ModelRunner, ModelVerification, Verification
from tests.support.forge.factories.builds import OUTLINE, RUNE, built
from tests.support.forge.pages import PAGE, Browser, text_of

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_a_build_is_compared_with_the_one_before(project: Any, developer: Any, browser_of: Browser) -> None:
    built(developer, project)
    write_file(developer, project, "notes.txt", b"more")
    nodes = [*OUTLINE["nodes"], {"name": "smooth", "kind": "block", "detail": "average", "line": 8, "file": None}]
    wire = {"source": "number", "source_index": 0, "target": "smooth", "target_index": 0, "type": "f32[1, 1]"}
    outline = {"nodes": nodes, "wires": [wire, {**wire, "source": "smooth", "target": "out"}]}
    built(developer, project, RUNE + b"x" * 1000, outline, run=_run(0.5, 0.45, 0.6))
    page = text_of(browser_of(developer).get("/acme/kitchen/builds/2"))
    assert "<li>A new proc-block, <code>smooth</code>.</li>" in page
    assert "<li><code>out</code> no longer reads <code>number</code>.</li><li>notes.txt was added.</li>" in page
    assert '<span class="worse">+1.0 kB</span>' in page
    assert '<span class="worse">+0.43 ms</span>' in page
    assert '<b>smooth</b>, <span>proc-block <span class="mono">average</span>, added, reads number</span>' in page


@pytest.mark.slow
def test_two_builds_of_the_same_files_differ_in_nothing(project: Any, developer: Any, browser_of: Browser) -> None:
    built(developer, project)
    built(developer, project)
    assert "<li>Nothing: the files are identical.</li>" in text_of(browser_of(developer).get("/acme/kitchen/builds/2"))


def _time(now: Any, before: Any) -> Any:
    rows = figure_rows(figures_of(now), figures_of(before))
    return next(row for row in rows if row.name == "Inference time")


def _run(milliseconds: float, low: float, high: float) -> dict[str, Any]:
    return {"milliseconds": milliseconds, "runs": 20, "low": low, "high": high}


def test_each_build_keeps_the_time_that_was_measured_for_it(project: Any, developer: Any) -> None:
    first = built(developer, project, run=_run(3.0, 2.9, 3.1))
    write_file(developer, project, "notes.txt", b"more")
    second = built(developer, project, run=_run(9.0, 8.8, 9.1))
    time = _time(second, first)
    assert (time.now, time.before, time.change, time.mood) == ("9.00 ms", "3.00 ms", "the same rune", "muted")
    assert "The rune is the same" in time.meaning


def test_builds_of_the_same_files_keep_their_own_times(project: Any, developer: Any) -> None:
    first = built(developer, project, run=_run(3.0, 2.9, 3.1))
    second = built(developer, project, run=_run(9.0, 8.8, 9.1))
    assert first.artefact_id == second.artefact_id
    time = _time(second, first)
    assert (time.now, time.before) == ("9.00 ms", "3.00 ms")


@pytest.mark.slow
def test_the_page_says_how_the_rune_stands_to_the_reference(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    model = ModelVerification(
        "digits", "digits.tflite", ModelRunner.COMPILED, 40, DeviationFigures(elements=80, bytes=80)
    )
    report = Verification("ai-edge-litert 2.3.0", RuneVerification(20, 3, 100), (model,)).to_json()
    build = built(people["developer"], project, verify=report)
    page = browser_of(people["viewer"]).get(f"/acme/kitchen/builds/{build.number}").content.decode()
    assert "Identical to the reference on 40 inputs (3 from files)." in page
    assert "The reference is ai-edge-litert 2.3.0 with its reference kernels." in page
    assert "Verified</span>" in page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rebuild", "tag", "sentence"),
    [
        (FRESH, '<span class="tag ok">', "Identical to the reference on 40 inputs"),
        (
            RebuildResult(RebuildState.OTHER_TOOLCHAIN, "0.0.9"),
            '<span class="tag warn">',
            "Not rebuilt: made by 0.0.9; ",
        ),
    ],
    ids=["built here", "another version"],
)
def test_a_rune_that_was_not_rebuilt_is_not_green(
    project: Any, people: dict[str, Any], browser_of: Browser, rebuild: RebuildResult, tag: str, sentence: str
) -> None:
    model = ModelVerification(
        "digits", "digits.tflite", ModelRunner.COMPILED, 40, DeviationFigures(elements=80, bytes=80)
    )
    verification = Verification("r", RuneVerification(20, 0, 100), (model,), rebuild=rebuild, seed=2860486313)
    build = built(people["developer"], project, verify=verification.to_json())
    page = browser_of(people["viewer"]).get(f"/acme/kitchen/builds/{build.number}").content.decode()
    assert sentence in page
    assert "Seed of the inputs: <code>2860486313</code>" in page
    figures = page[page.index(">Figures</h2>") : page.index("Seed of the inputs")]
    assert tag in figures
    assert ("Not verified</span>" in figures) is (rebuild is not FRESH)


@pytest.mark.slow
def test_the_page_says_when_nothing_was_compared(project: Any, people: dict[str, Any], browser_of: Browser) -> None:
    report = Verification(skipped="no package is installed that runs it").to_json()
    build = built(people["developer"], project, verify=report)
    page = browser_of(people["viewer"]).get(f"/acme/kitchen/builds/{build.number}").content.decode()
    assert "Skipped: no package is installed that runs it." in page
    assert "Not verified</span>" in page
    assert "Verified</span>" not in page


@pytest.mark.slow
def test_the_headline_says_what_is_lost_when_the_host_runs_a_model(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    lacking = [{"op": "RELU_0_TO_1", "types": "int8", "count": 2}]
    model = {"stage": "digits", "file": "digits.tflite", "size": 9, "operators": 3, "unsupported": lacking}
    build = built(people["developer"], project, models=[model | {"runs": "compiled", "unsupported": []}])
    address = f"/acme/kitchen/builds/{build.number}"
    assert "its host runs it" not in text_of(browser_of(people["viewer"]).get(address))
    assert build.artefact is not None
    build.artefact.report = build.artefact.report | {"models": [model | {"runs": "host"}]}
    build.artefact.save()
    page = text_of(browser_of(people["viewer"]).get(address))
    headline, _, rest = page.partition("<h2>")
    assert "The model is not compiled in: its host runs it" in headline
    assert "Results can differ from the reference by some steps" in headline
    assert "integers are the same to the bit" in headline
    assert "digits.tflite</b> has RELU_0_TO_1 with int8, which cannot be compiled yet." in headline
    assert rest
    build.artefact.report = build.artefact.report | {
        "models": [{**model, "runs": "host", "mimetype": "application/onnx-model"}]
    }
    build.artefact.save()
    headline = text_of(browser_of(people["viewer"]).get(address)).partition("<h2>")[0]
    assert "Its format runs in some hosts alone" in headline
    host_model = {**model, "runs": "host", "unsupported": [], "wrong_in_pages": ["BATCH_MATMUL"]}
    build.artefact.report = build.artefact.report | {"models": [host_model]}
    build.artefact.save()
    headline = text_of(browser_of(people["viewer"]).get(address)).partition("<h2>")[0]
    assert "Results in pages are wrong: their interpreter computes BATCH_MATMUL" in headline.replace("</b>", "")


@pytest.mark.slow
def test_a_build_from_before_verification_has_its_page(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    build = built(people["developer"], project)
    page = browser_of(people["viewer"]).get(f"/acme/kitchen/builds/{build.number}").content.decode()
    assert ">Figures<" in page
    assert "Not verified" not in page


MAP = {
    "arena": 100,
    "steps": ["number", "double <b>", "out"],
    "buffers": [
        {"name": "number.0 <i>", "offset": 0, "size": 60, "first": 0, "last": 1},
        {"name": "double.0", "offset": 60, "size": 40, "first": 1, "last": 2},
    ],
}


@pytest.mark.slow
def test_the_memory_is_drawn_with_the_step_that_needs_the_most(
    project: Any, developer: Any, browser_of: Browser
) -> None:
    built(developer, project, memory_map=MAP)
    assert f'href="{PAGE}/memory"' in text_of(browser_of(developer).get(PAGE))
    page = text_of(browser_of(developer).get(f"{PAGE}/memory"))
    assert '<b class="written">double &lt;b&gt;</b> needs the most, <span class="num">100 B</span>' in page
    assert "<title>number.0 &lt;i&gt;: 60 B from byte 0, number to double &lt;b&gt;</title>" in page
    assert '<rect x="240.0" y="0.0" width="480.0" height="96.0"/>' in page


@pytest.mark.slow
def test_a_build_of_before_has_no_picture_of_its_memory(project: Any, developer: Any, browser_of: Browser) -> None:
    built(developer, project)
    assert f"{PAGE}/memory" not in text_of(browser_of(developer).get(PAGE))
    assert browser_of(developer).get(f"{PAGE}/memory").status_code == 404


def test_the_map_of_the_memory_is_for_the_page_and_not_in_every_answer(
    project: Any, developer: Any, browser_of: Browser
) -> None:
    build = built(developer, project, memory_map=MAP)
    report = browser_of(developer).get(f"/api/v1/builds/{build.pk}").json()["report"]
    assert "memory" in report
    assert "memory_map" not in report
