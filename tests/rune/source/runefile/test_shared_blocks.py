"""Blocks of other projects: what is refused, at which word, with what to do next; then what is built of them."""

from __future__ import annotations

import json

import pytest

from rune.blocks.artefact import BadArtefact, read_block_manifest
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.blocks.mounts import mounted_path
from rune.blocks.shared_path import next_version, parse_shared_path, shared_paths_in, version_key
from rune.digests import digest_of
from rune.editing.language.apply import apply_edits
from rune.source.runefile import Diagnostic, check
from rune.source.runefile.blocks.lock import LOCK_FILE, lock_text, parse_lock
from tests.support.cases import each_case
from tests.support.runes.shared_blocks import PATH, SMOOTH, project, published

DIGEST, MOUNTS = published()
NEWER, NEWER_MOUNTS = published("1.10", SMOOTH.replace(b"0.5", b"0.75"))
LOCK = f"# Which bytes.\n{PATH} {DIGEST}\n"
SHELF = json.dumps(
    {
        "acme/sounds#smooth": [
            {"version": "1.2", "digest": DIGEST, "deprecation": ""},
            {"version": "1.10", "digest": NEWER, "deprecation": ""},
        ]
    }
)


def _diagnostics(files: object) -> tuple[Diagnostic, ...]:
    return check(files, PUBLISHED_BLOCKS).diagnostics  # type: ignore[arg-type]


@each_case(
    "text",
    [
        "acme/sounds#smooth",
        "acme/sounds#smooth@latest",
        "acme/sounds#smooth@1.2.3.4",
        "acme/sounds#smooth@01",
        "acme/sounds#smooth@1.2\n",
        "Acme/sounds#smooth@1.2",
        "acme#smooth@1.2",
        "../sounds#smooth@1.2",
        "acme/sounds#../smooth@1.2",
        "acme/sounds@1.2#smooth",
        "acme/sounds#smooth@1.2@1.3",
    ],
)
def test_other_texts_name_no_version_of_a_block(text: str) -> None:
    assert parse_shared_path(text) is None


def test_versions_are_ordered_by_their_numbers() -> None:
    assert sorted(["1.10", "1.9", "2", "1"], key=version_key) == ["1", "1.9", "1.10", "2"]
    assert (next_version("1.9"), next_version("2")) == ("1.10", "3")
    assert [*map(str, shared_paths_in(f"proc-block: {PATH}\n# {PATH} x acme/a#b@1.2.x"))] == [PATH]


@pytest.mark.protects("compiling/shared-blocks")
@each_case(
    "manifest",
    [
        b"",
        b"[]",
        b'{"artifactType": "application/vnd.hammer-forge.block.v1"}',
        b"[" * 50_000,
        b"{}" + b" " * 70_000,
        b'{"artifactType": "application/vnd.hammer-forge.block.v1", "annotations": {"org.opencontainers.image.title":'
        b' "smooth", "org.opencontainers.image.version": "1"}, "layers": [{"digest": "sha256:../../etc"}]}',
    ],
)
def test_what_is_no_manifest_of_a_block_is_refused(manifest: bytes) -> None:
    with pytest.raises(BadArtefact):
        read_block_manifest(manifest)


def test_an_unknown_block_and_one_that_is_not_for_the_project_are_told_alike() -> None:
    (unknown,) = _diagnostics(project())
    assert (unknown.code, unknown.span.start.line) == ("RUNE0122", 9)
    assert unknown.message == f'There is no block "{PATH}" that this project can use'
    assert any("rune block add" in note for note in unknown.notes)
    # The lock names its bytes, which nobody gave: the same words.
    (unavailable,) = _diagnostics(project(lock=LOCK))
    assert unavailable.message == unknown.message


def test_an_unknown_version_is_told_with_those_that_there_are() -> None:
    (diagnostic,) = _diagnostics(project("acme/sounds#smooth@3", shelf=SHELF, mounts=NEWER_MOUNTS))
    assert diagnostic.message == '"acme/sounds#smooth" has no version 3'
    assert diagnostic.notes == ("Its versions are 1.10, 1.2.",)
    (fix,) = diagnostic.fixes
    assert not fix.is_safe
    assert [edit.text for edit in fix.edits if edit.file != LOCK_FILE] == ["acme/sounds#smooth@1.10"]
    (bare,) = _diagnostics(project("acme/sounds#smooth", shelf=SHELF))
    assert bare.message == '"acme/sounds#smooth" needs a version: `acme/sounds#smooth@1.10`'


def test_a_block_that_is_not_in_the_lock_is_known_and_not_built() -> None:
    files = project(shelf=SHELF, mounts=MOUNTS)
    result = check(files, PUBLISHED_BLOCKS)
    (diagnostic,) = result.diagnostics
    assert (diagnostic.code, result.pipeline) == ("RUNE0123", None)
    assert str(result.types["smooth"][0]) == "f32[4]"
    (fix,) = diagnostic.fixes
    assert fix.is_safe
    lock = apply_edits("", fix.edits)
    assert parse_lock(lock).digests == {parse_shared_path(PATH): DIGEST}
    assert not _diagnostics(project(lock=lock, shelf=SHELF, mounts=MOUNTS))


@pytest.mark.protects("compiling/shared-blocks")
def test_other_bytes_than_those_of_the_lock_are_refused() -> None:
    source = mounted_path(digest_of(SMOOTH))
    manifest = mounted_path(DIGEST)
    for wrong in (
        {**MOUNTS, source: SMOOTH + b"\n"},
        {**MOUNTS, manifest: MOUNTS[manifest] + b" "},
        {**MOUNTS, mounted_path(DIGEST): next(iter(NEWER_MOUNTS.values()))},
    ):
        (diagnostic,) = _diagnostics(project(lock=LOCK, mounts=wrong))
        assert (diagnostic.code, diagnostic.span.start.line) == ("RUNE0123", 9), wrong
    # Another version's bytes under this version's name.
    (diagnostic,) = _diagnostics(project(lock=f"{PATH} {NEWER}\n", mounts=NEWER_MOUNTS))
    assert diagnostic.code == "RUNE0123"


def test_lines_of_a_lock_that_say_nothing_are_told_there() -> None:
    lock = LOCK + "acme/sounds#smooth@1.2\n\nnonsense sha256:12\n" + f"{PATH} {NEWER}\n"
    diagnostics = _diagnostics(project(lock=lock, mounts=MOUNTS))
    assert [(each.file, each.code, each.span.start.line) for each in diagnostics] == [
        (LOCK_FILE, "RUNE0123", line) for line in (3, 5, 6)
    ]
    assert lock_text(LOCK, [(parse_shared_path(PATH), NEWER)]) == f"# Which bytes.\n{PATH} {NEWER}\n"  # type: ignore[list-item]


def test_what_a_block_does_not_take_is_told_at_its_input() -> None:
    (diagnostic,) = _diagnostics(project(lock=LOCK, mounts=MOUNTS, element="i32"))
    assert (diagnostic.code, diagnostic.span.start.line) == ("RUNE0066", 10)


def test_advice_against_a_version_is_a_warning_with_a_better_one() -> None:
    shelf = SHELF.replace('"deprecation": ""', '"deprecation": "It clicks."', 1)
    (diagnostic,) = _diagnostics(project(lock=LOCK, mounts=MOUNTS, shelf=shelf))
    assert (diagnostic.code, diagnostic.severity.value) == ("RUNE0124", "warning")
    assert diagnostic.message == f'"{PATH}" is deprecated: It clicks.'
    assert [fix.title for fix in diagnostic.fixes] == ["Take version 1.10"]
    # The message names the successor that its project named, and its fix uses it where it is known here.
    for successor, fix in (
        ("acme/sounds#smooth@1.10", "Take version 1.10"),
        ("acme/other#calm@1", "Take version 1.10"),
    ):
        new_shelf = shelf.replace('"It clicks."', f'"It clicks.", "successor": "{successor}"', 1)
        (diagnostic,) = _diagnostics(project(lock=LOCK, mounts=MOUNTS, shelf=new_shelf))
        assert diagnostic.message == f'"{PATH}" is deprecated: It clicks. Take `{successor}` instead.'
        assert [each.title for each in diagnostic.fixes] == [fix]
    calm = new_shelf[:-1] + f', "acme/other#calm": [{{"version": "1", "digest": "{NEWER}"}}]}}'
    (diagnostic,) = _diagnostics(project(lock=LOCK, mounts=MOUNTS, shelf=calm))
    assert [(each.title, next(edit.text for edit in each.edits)) for each in diagnostic.fixes] == [
        ("Take acme/other#calm@1", "acme/other#calm@1")
    ]
