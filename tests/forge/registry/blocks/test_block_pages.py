"""Pages of published blocks: the list of an organisation, a block at its versions, and advice against one."""

from __future__ import annotations

from typing import Any

import pytest

from forge.builds.models import Preview
from forge.core.models import Event
from forge.projects.actions import create_project, update_project, write_file
from forge.projects.versions.store import snapshot
from forge.registry.blocks.pages.signature_text import signature_line, stage_text
from forge.registry.models import BlockVersion
from rune.blocks.shared_path import parse_shared_path
from rune.pyblock.checking.block import read_file
from rune.pyblock.interface import interface_of
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.blocks import published_block
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.preconditions import etag_form
from tests.support.runes.shared_blocks import SMOOTH

pytestmark = pytest.mark.django_db

LIST = "/acme/-/blocks"
PAGE = "/acme/kitchen/blocks/smooth"
CALM = SMOOTH.replace(b"0.5", b"0.25")


def _text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return compact(response.content.decode())


def _user(person: Any, organisation: Any, name: str, version: str) -> Any:
    """A project whose newest saved version has a lock that names the block."""
    project = create_project(person, organisation, name, None)
    write_file(person, project, "rune.lock", f"acme/kitchen#smooth@{version} sha256:{'ab' * 32}\n".encode())
    snapshot(project, person)
    return project


def test_what_a_page_says_of_a_function() -> None:
    settings = "alpha: f32 = 0.1, count: u8, last: State[f32[2]]"
    source = f'def both(x: f32["n"], y: i16[4], *, {settings}) -> tuple[f32["n"], i16[4]]:\n    return x, y\n'
    signature = read_file("both.py", source).signature
    assert signature is not None
    interface = interface_of(signature)
    expected = "both(x: f32[n], y: i16[4], alpha: f32 = 0.1, count: int) -> (f32[n], i16[4])"
    assert signature_line("both", interface) == expected
    path = parse_shared_path("acme/sounds#both@1.2")
    assert path is not None
    assert stage_text(path, interface) == (
        "  both:\n    proc-block: acme/sounds#both@1.2\n    inputs: [x, y]\n    args: {alpha: 0.1, count: 0}"
    )
    assert (interface["settings"][1]["minimum"], interface["settings"][1]["maximum"]) == (0, 255)
    assert "inputs: [input]" in stage_text(path, None)


@pytest.mark.slow
@pytest.mark.protects("roles/block-users")
def test_the_list_shows_what_there_is_and_finds_it(
    project: Any, developer: Any, viewer: Any, stranger: Any, owner: Any, browser_of: Any
) -> None:
    # Empty, it says to a member how one is made; nobody else hears that there is such an organisation.
    assert "No blocks yet" in _text(browser_of(viewer).get(LIST))
    assert browser_of(stranger).get(LIST).status_code == 404
    assert browser_of(None).get(LIST).status_code == 302
    published_block(developer, project, "1.0")
    published_block(developer, project, "1.1")
    _user(developer, project.organisation, "clap", "1.0")
    text = _text(browser_of(viewer).get(LIST))
    assert f'href="{PAGE}"' in text
    assert all(each in text for each in ("Average the scores.", "used by 1 project<", "2 versions"))
    assert "Average" in _text(browser_of(viewer).get(LIST, {"q": "SCORES smooth", "sort": "used"}))
    assert "No block matches" in _text(browser_of(viewer).get(LIST, {"q": "sharp"}))
    assert browser_of(stranger).get(LIST).status_code == 404
    # A public block is shown to all, without the projects that use it.
    update_project(owner, project, visibility="public")
    for person in (stranger, None):
        text = _text(browser_of(person).get(LIST))
        assert "Average the scores." in text
        assert not any(each in text for each in ("used by", "Members", "clap"))
    assert "Blocks" in _text(browser_of(None).get("/acme/kitchen"))


@pytest.mark.slow
@pytest.mark.protects("roles/block-users")
def test_a_block_s_page_has_its_versions_source_and_users(
    project: Any, developer: Any, viewer: Any, stranger: Any, owner: Any, browser_of: Any
) -> None:
    published_block(developer, project, "1.0")
    newer = published_block(developer, project, "1.1", CALM)
    signature = read_file("smooth.py", SMOOTH.decode()).signature
    assert signature is not None
    BlockVersion.objects.filter(pk=newer.pk).update(interface=interface_of(signature), notes="Follows *slower*.")
    clap = _user(developer, project.organisation, "clap", "1.0")
    for someone, status in ((stranger, 404), (None, 302)):
        assert browser_of(someone).get(PAGE).status_code == status
    text = _text(browser_of(viewer).get(PAGE))
    expected = (
        "acme/kitchen#smooth@1.1",
        "rune block add acme/kitchen#smooth@1.1",
        "smooth(x: f32[n], alpha: f32 = 0.5) -&gt; f32[n]",
        "A larger <code>alpha</code> follows faster.",
        "Follows <em>slower</em>.",
        'What changed since <a href="/acme/kitchen/blocks/smooth?version=1.0">1.0</a>',
        "alpha: f32 = 0.25, last",
        '<a class="cut" href="/acme/clap/studio">acme/clap</a><span class="tag num warn">1.0</span>',
    )
    assert [each for each in expected if compact(each) not in text] == []
    assert "Deprecate" not in text
    # A preview that ran since then is newer than what was saved.
    build = built(developer, clap, blocks=[{"path": "acme/kitchen#smooth@1.1", "digest": "sha256:ab"}])
    Preview.objects.create(project=clap, build=build)
    text = _text(browser_of(viewer).get(PAGE))
    assert '<a class="cut" href="/acme/clap/studio">acme/clap</a><span class="tag num">1.1</span>' in text
    older = _text(browser_of(viewer).get(PAGE, {"version": "1.0"}))
    assert ("What changed" in older, "Replacement: 1.1" in older) == (False, True)
    assert browser_of(viewer).get(PAGE, {"version": "3"}).status_code == 404
    assert browser_of(viewer).get("/acme/kitchen/blocks/other").status_code == 404
    # Public, everyone reads it, and nobody learns who uses it but who takes part there.
    update_project(owner, project, visibility="public")
    for person in (stranger, None):
        text = _text(browser_of(person).get(PAGE))
        assert "alpha: f32 = 0.25, last" in text
        assert not any(each in text for each in ("acme/clap", "Open in the studio", "Deprecate"))


@pytest.mark.slow
def test_a_version_is_advised_against_on_its_page_and_that_is_taken_back(
    project: Any, developer: Any, reviewer: Any, browser_of: Any
) -> None:
    published_block(developer, project, "1.0")
    published_block(developer, project, "1.1", CALM)
    browser, old = browser_of(developer), f"{PAGE}/1.0"
    assert browser_of(reviewer).post(old, {"do": "deprecate", "reason": "No."}).status_code == 403
    wrong = browser.post(old, etag_form(old, do="deprecate", reason="It clicks.", successor="9"))
    assert wrong.status_code == 400
    assert "There is no block acme/kitchen#smooth@9 that you can see" in wrong.content.decode()
    assert 'value="It clicks."' in wrong.content.decode()
    response = browser.post(old, etag_form(old, do="deprecate", reason="It clicks.", successor="1.1"))
    assert response["Location"] == f"{PAGE}?version=1.0"
    text = _text(browser.get(response["Location"]))
    assert "smooth 1.0 is deprecated." in text
    assert compact("Take <code>acme/kitchen#smooth@1.1</code> instead.") in text
    assert "Deprecated" in _text(browser.get(PAGE))
    browser.post(old, etag_form(old, do="undeprecate"))
    assert "is deprecated" not in _text(browser.get(response["Location"]))
    assert Event.objects.filter(stream_id=project.stream, type="block.described").count() == 2
