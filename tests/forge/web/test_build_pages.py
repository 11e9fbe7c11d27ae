"""The pages of builds and of published runes, from the outside: who sees what, and that all works without scripts."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from forge.builds.actions import request_build
from forge.builds.artefacts.comparison_source import figures_of
from forge.builds.models import Build
from forge.comparison.figures import figure_rows
from forge.core.http.markdown import render_readme
from forge.jobs.models import JobState
from forge.projects.actions import update_project, write_file
from forge.registry.publishing.actions import publish_build
from forge.reviews.actions import give_verdict
from forge.web.templatetags.look import ticked
from rune.compiler.verify.comparison import DeviationFigures
from rune.compiler.verify.runes.rebuild_result import FRESH, RebuildResult, RebuildState
from rune.compiler.verify.runes.verification import RuneVerification
from rune.compiler.verify.verification import ModelRunner, ModelVerification, Verification
from tests.forge.factories.builds import OUTLINE, RUNE, approved, built, set_job
from tests.forge.factories.preconditions import etag_form
from tests.support.compact_html import compact
from tests.support.shares import SHARE_OF_PEOPLE_AND_ALL, kinds_to_ask

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]
PAGE = "/acme/kitchen/builds/1"


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.slow
def test_a_colleague_finds_the_verdict_and_the_builder_the_publishing(
    project: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    built(developer, project)
    theirs = text_of(browser_of(reviewer).get(PAGE))
    assert 'name="verdict" value="approve"' in theirs
    assert f"{PAGE}/publish" not in theirs
    assert browser_of(reviewer).get(f"{PAGE}/publish").status_code == 404
    mine = text_of(browser_of(developer).get(PAGE))
    assert 'name="verdict"' not in mine
    assert f'href="{PAGE}/publish"' in mine
    assert "Publish build 1" in text_of(browser_of(developer).get(f"{PAGE}/publish"))
    assert 'data-player data-judge data-rune-url="/api/v1/builds/' in mine


@pytest.mark.slow
def test_a_verdict_with_words_is_given_by_a_form(
    project: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    built(developer, project)
    client = browser_of(reviewer)
    response = client.post(f"{PAGE}/respond", {"verdict": "approve", "text": "<b>Good</b>"}, follow=True)
    page = text_of(response)
    assert "You approved it" in page
    assert "&lt;b&gt;Good&lt;/b&gt;" in page
    assert "Approved</span>" in compact(page)


@pytest.mark.slow
def test_a_comment_without_words_is_explained_and_nothing_is_lost(
    project: Any, developer: Any, browser_of: Browser
) -> None:
    built(developer, project)
    response = browser_of(developer).post(f"{PAGE}/respond", {"text": " "})
    assert response.status_code == 400
    assert "Write something first" in text_of(response)


@pytest.mark.slow
def test_a_taken_tag_is_explained_where_it_was_typed(project: Any, developer: Any, browser_of: Browser) -> None:
    publish_build(developer, built(developer, project), "1.0")
    write_file(developer, project, "notes.txt", b"more")
    built(developer, project, RUNE + b"more")
    address = "/acme/kitchen/builds/2/publish"
    response = browser_of(developer).post(address, etag_form(address, tag="1.0"))
    assert response.status_code == 409
    assert "cannot move" in text_of(response)
    assert 'value="1.0"' in text_of(response)
    assert 'value="1.1"' in text_of(browser_of(developer).get("/acme/kitchen/builds/2/publish"))


@pytest.mark.slow
def test_a_build_under_way_looks_again_by_itself_and_can_be_cancelled(
    project: Any, developer: Any, browser_of: Browser
) -> None:
    build = request_build(developer, project)
    client = browser_of(developer)
    assert 'http-equiv="refresh"' in text_of(client.get(PAGE))
    page = text_of(client.post(f"{PAGE}/cancel", follow=True))
    assert "The build was cancelled" in page
    assert "data-follow-build" not in page
    assert 'http-equiv="refresh"' not in page
    assert client.post(f"{PAGE}/cancel").status_code == 409
    build.refresh_from_db()
    assert build.state == JobState.CANCELLED


@pytest.mark.slow
def test_a_failed_build_shows_what_was_wrong(project: Any, developer: Any, browser_of: Browser) -> None:
    build = request_build(developer, project)
    one = {
        "severity": "error",
        "code": "RUNE0001",
        "message": "There is no <stage>.",
        "file": "Runefile.yml",
        "span": {"start": {"line": 4, "column": 1, "offset": 0}, "end": {"line": 4, "column": 2, "offset": 1}},
        "notes": [],
        "fixes": [],
    }
    Build.objects.filter(pk=build.pk).update(diagnostics=[one])
    set_job(build, state=JobState.FAILED, error="1 problem")
    page = text_of(browser_of(developer).get(PAGE))
    assert "Runefile.yml, line 4" in page
    assert "There is no &lt;stage&gt;." in page


@pytest.mark.slow
def test_building_from_the_list_leads_to_the_new_build(project: Any, developer: Any, browser_of: Browser) -> None:
    response = browser_of(developer).post("/acme/kitchen/builds")
    assert response["Location"] == PAGE
    assert "Build 1" in text_of(browser_of(developer).get("/acme/kitchen/builds"))


@pytest.mark.slow
@SHARE_OF_PEOPLE_AND_ALL
@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        (PAGE, "get", (200, 200, 200)),
        ("/acme/kitchen/builds", "get", (200, 200, 200)),
        ("/acme/kitchen/builds", "post", (302, 302, 403)),
        (f"{PAGE}/respond", "post", (400, 400, 400)),
        (f"{PAGE}/publish", "post", (400, 400, 403)),
        (f"{PAGE}/cancel", "post", (409, 409, 403)),
        ("/acme/kitchen/builds/9", "get", (404, 404, 404)),
    ],
)
def test_who_may_open_and_do_what(
    project: Any,
    people: dict[str, Any],
    browser_of: Browser,
    path: str,
    method: str,
    expected: tuple[int, ...],
    whole: bool,
) -> None:
    built(people["developer"], project)
    by_name = dict(zip(("owner", "developer", "reviewer", "stranger", "anonymous"), (*expected, 404, 302), strict=True))
    by_name["maintainer"] = by_name["developer"]
    by_name["viewer"] = by_name["reviewer"]
    for name in by_name if whole else kinds_to_ask(f"{method} {path}", by_name):
        response = getattr(browser_of(people[name]), method)(path)
        assert response.status_code == by_name[name], (name, path)
        if name == "anonymous":
            assert response["Location"].startswith("/accounts/login/")


@pytest.mark.slow
def test_a_project_that_published_nothing_says_so_to_who_sees_it_alone(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    assert "Nothing is published yet" in text_of(browser_of(people["viewer"]).get("/acme/kitchen"))
    assert browser_of(people["stranger"]).get("/acme/kitchen").status_code == 404
    update_project(people["owner"], project, visibility="public")
    assert "Nothing is published yet" in text_of(browser_of(None).get("/acme/kitchen"))


@pytest.mark.slow
def test_a_visitor_sees_a_public_rune_and_how_to_get_it(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    write_file(people["developer"], project, "README.md", b"# Kitchen\n\nHears the <script>alert(1)</script> tap.")
    build = built(people["developer"], project)
    give_verdict(people["reviewer"], build, "approve")
    publish_build(people["developer"], build, "1.0")
    update_project(people["owner"], project, visibility="public", description="A kitchen & more")
    client = browser_of(None)
    page = text_of(client.get("/acme/kitchen"))
    assert "rune pull http://127.0.0.1:8000/acme/kitchen:1.0" in page
    assert "rune login" not in page
    assert 'data-rune-url="/api/v1/projects/acme/kitchen/tags/1.0/rune"' in page
    assert "<h2>Kitchen</h2>" in page
    assert "<script>alert" not in page
    assert "Approved by 1" in page
    assert "/acme/kitchen/studio" not in page
    rune = client.get("/api/v1/projects/acme/kitchen/tags/1.0/rune")
    assert b"".join(rune.streaming_content) == RUNE  # type: ignore[attr-defined]
    assert rune["Content-Disposition"].startswith("attachment")
    assert client.get("/acme/kitchen?tag=9").status_code == 404


@pytest.mark.slow
def test_a_private_rune_is_for_members_alone(project: Any, people: dict[str, Any], browser_of: Browser) -> None:
    publish_build(people["developer"], approved(built(people["developer"], project)), "1.0")
    members = ("owner", "maintainer", "developer", "reviewer", "viewer")
    expected = {**dict.fromkeys(members, 200), "stranger": 404, "anonymous": 302}
    for name, person in people.items():
        assert browser_of(person).get("/acme/kitchen").status_code == expected[name]
    api = {**expected, "anonymous": 401}
    for name, person in people.items():
        path = "/api/v1/projects/acme/kitchen/tags/1.0/rune"
        assert browser_of(person).get(path).status_code == api[name]


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
    assert (time.now, time.before, time.change, time.mood) == ("9.00 ms", "3.00 ms", "no difference", "muted")
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
    lacking = [{"op": "ELU", "types": "int8", "count": 2}]
    model = {"stage": "digits", "file": "digits.tflite", "size": 9, "operators": 3, "unsupported": lacking}
    compiled = built(people["developer"], project, models=[model | {"runs": "compiled", "unsupported": []}])
    address = f"/acme/kitchen/builds/{compiled.number}"
    assert "its host runs it" not in text_of(browser_of(people["viewer"]).get(address))
    assert compiled.artefact is not None
    compiled.artefact.report = compiled.artefact.report | {"models": [model | {"runs": "host"}]}
    compiled.artefact.save()
    page = text_of(browser_of(people["viewer"]).get(address))
    headline, _, rest = page.partition("<h2>")
    assert "The model is not compiled in: its host runs it" in headline
    assert "Results can differ from the reference by some steps" in headline
    assert "integers are the same to the bit" in headline
    assert "digits.tflite</b> has ELU with int8, which cannot be compiled yet." in headline
    assert rest
    compiled.artefact.report = compiled.artefact.report | {
        "models": [{**model, "runs": "host", "mimetype": "application/onnx-model"}]
    }
    compiled.artefact.save()
    headline = text_of(browser_of(people["viewer"]).get(address)).partition("<h2>")[0]
    assert "Its format runs in some hosts alone" in headline
    hosted = {**model, "runs": "host", "unsupported": [], "wrong_in_pages": ["BATCH_MATMUL"]}
    compiled.artefact.report = compiled.artefact.report | {"models": [hosted]}
    compiled.artefact.save()
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


@pytest.mark.protects("browser/scripts-in-text")
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](data:text/html,<script>)",
        "[a](//evil.example)",
        "![a](https://evil.example/pixel.png)",
        '<a href="https://evil.example" onclick="x">a</a>',
        "[a]: javascript:alert(1)\n[a]",
        '<https://evil.example/"onmouseover=alert(1)>',
        "> " * 500 + "deep",
    ],
)
def test_a_readme_can_do_nothing(text: str) -> None:
    elements = Elements()
    elements.feed(render_readme(text))
    assert {name for name, _ in elements.elements} <= {"p", "a", "blockquote"}
    for _, attributes in elements.elements:
        assert set(attributes) <= {"rel", "href"}
        assert attributes.get("href", "https://").startswith("https://")


class Elements(HTMLParser):
    """The elements of a page with their attributes, as a browser would take them."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))


def test_links_of_a_readme_vouch_for_nothing() -> None:
    assert 'rel="nofollow noopener ugc"' in render_readme("[a](https://example.org)")
    assert 'href="https://example.org"' in render_readme("[a](https://example.org)")


@pytest.mark.slow
def test_the_player_is_told_the_memory_that_the_build_planned(
    project: Any, developer: Any, browser_of: Browser
) -> None:
    build = built(developer, project)
    assert build.artefact is not None
    memory = build.artefact.report["memory"]
    assert f'data-memory="{memory["arena"] + memory["serial"]}"' in text_of(browser_of(developer).get(PAGE))


def test_names_in_a_sentence_are_code_and_markup_in_it_is_text() -> None:
    assert ticked("Did you mean `a<b>`, or `c`?") == "Did you mean <code>a&lt;b&gt;</code>, or <code>c</code>?"
    assert ticked("One ` alone & <b>") == "One ` alone &amp; &lt;b&gt;"


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
