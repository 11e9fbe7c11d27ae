"""Taking some of what a side changed: which changes there are, what each needs, and the files with some alone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from rune.editing.merge import (
    SideFiles,
    StoredContent,
    TextContent,
    former_paths,
    list_changes,
    missing_needs,
    selected_changes,
)
from rune.editing.merge.selection import SelectableChange

RUNEFILE = """\
version: 1
image: runicos/base

pipeline:
  sound:
    capability: SOUND
  # It is louder.
  level:
    proc-block: level.py
    inputs: [sound]
    args: {gain: 1}
  mel:
    proc-block: fft
    inputs: [level]
  answer:
    out: serial
    inputs: [mel]
"""
SURE = "  sure:\n    proc-block: sure.py\n    inputs: [mel]\n"
BASE = {"Runefile.yml": RUNEFILE, "level.py": "GAIN = 1\n", "README.md": "Hello\n"}


def with_sure(text: str) -> str:
    """Returns the Runefile with a stage before the answer, which reads it."""
    return (
        text.replace("  answer:\n", f"{SURE}  answer:\n")
        .replace("inputs: [mel]\n", "inputs: [sure]\n", 2)
        .replace("sure.py\n    inputs: [sure]", "sure.py\n    inputs: [mel]")
    )


class OfferedFiles:
    """Files before and after, as the functions take them: by digests that are the texts themselves."""

    def __init__(self, base: Mapping[str, str], theirs: Mapping[str, str]) -> None:
        self.base = {path: f"text:{text}" for path, text in base.items()}
        digests = {path: f"text:{text}" for path, text in theirs.items()}
        self.theirs = SideFiles(digests, former_paths(self.base, digests))

    @staticmethod
    def text_of(digest: str) -> str | None:
        """Returns the text that a digest names; None of a model."""
        text = digest.removeprefix("text:")
        return None if text.startswith("\0") else text

    def changes(self) -> dict[str, SelectableChange]:
        return {each.key: each for each in list_changes(self.base, self.theirs, self.text_of)}

    def files_with(self, *keys: str) -> dict[str, str]:
        files = selected_changes(self.base, self.theirs, self.text_of, keys)
        return {path: self._text(content) for path, content in files.items()}

    @staticmethod
    def _text(content: StoredContent | TextContent) -> str:
        return content.text if isinstance(content, TextContent) else content.digest.removeprefix("text:")


def test_one_of_two_stages_is_taken_and_the_rest_stays_byte_for_byte() -> None:
    theirs = RUNEFILE.replace("gain: 1", "gain: 8").replace("fft", "mel_bands")
    offer = OfferedFiles(BASE, {**BASE, "Runefile.yml": theirs})
    assert list(offer.changes()) == ["stage:level", "stage:mel"]
    assert offer.files_with("stage:mel")["Runefile.yml"] == RUNEFILE.replace("fft", "mel_bands")
    assert offer.files_with("stage:level")["Runefile.yml"] == RUNEFILE.replace("gain: 1", "gain: 8")


def test_all_is_what_they_have_and_none_is_what_was_there() -> None:
    theirs = {"Runefile.yml": with_sure(RUNEFILE), "level.py": "GAIN = 8\n", "sure.py": "S", "new/labels.txt": "a\n"}
    offer = OfferedFiles(BASE, theirs)
    keys = offer.changes()
    assert set(keys) == {"stage:level", "stage:sure", "stage:answer", "file:README.md", "file:new/labels.txt"}
    assert offer.files_with(*keys) == theirs
    assert offer.files_with() == BASE
    assert list_changes(offer.base, SideFiles(offer.base), offer.text_of) == ()


def test_a_stage_that_reads_an_added_one_needs_it_by_name() -> None:
    offer = OfferedFiles(BASE, {**BASE, "Runefile.yml": with_sure(RUNEFILE), "sure.py": "S"})
    changes = offer.changes()
    assert changes["stage:answer"].needs == ("stage:sure",)
    assert changes["stage:sure"].needs == ()
    assert missing_needs(changes.values(), {"stage:answer"}) == {"answer": ("sure",)}
    assert missing_needs(changes.values(), {"stage:sure", "stage:answer"}) == {}
    # The stage alone is there, and nothing reads it.
    assert offer.files_with("stage:sure")["Runefile.yml"] == RUNEFILE.replace("  answer:\n", f"{SURE}  answer:\n")


def test_a_block_file_and_its_test_are_taken_with_the_stage_that_uses_it() -> None:
    theirs = {
        **BASE,
        "Runefile.yml": with_sure(RUNEFILE),
        "sure.py": "S",
        "sure_test.py": "T",
        "level.py": "GAIN = 8\n",
    }
    offer = OfferedFiles(BASE, theirs)
    changes = offer.changes()
    assert [file.name for file in changes["stage:sure"].files] == ["sure.py", "sure_test.py"]
    assert (changes["stage:level"].change, changes["stage:level"].pieces) == ("changed", ())
    assert offer.files_with("stage:level") == {**BASE, "level.py": "GAIN = 8\n"}
    assert {"sure.py", "sure_test.py"} <= offer.files_with("stage:sure").keys()


def test_a_file_of_two_stages_is_a_change_of_its_own_that_both_need() -> None:
    theirs = RUNEFILE.replace("level.py", "both.py").replace("proc-block: fft", "proc-block: both.py")
    offer = OfferedFiles(BASE, {**BASE, "Runefile.yml": theirs, "both.py": "B"})
    changes = offer.changes()
    assert changes["stage:level"].needs == changes["stage:mel"].needs == ("file:both.py",)
    assert missing_needs(changes.values(), {"stage:mel"}) == {"mel": ("both.py",)}


def test_a_model_is_taken_with_its_stage() -> None:
    text = RUNEFILE.replace("proc-block: fft", "model: small.tflite")
    base = {**BASE, "Runefile.yml": text, "small.tflite": "\0old"}
    offer = OfferedFiles(base, {**base, "small.tflite": "\0new"})
    assert list(offer.changes()) == ["stage:mel"]
    assert offer.files_with("stage:mel")["small.tflite"] == "\0new"


def test_a_stage_is_removed_only_with_the_change_of_what_read_it() -> None:
    base = {**BASE, "Runefile.yml": with_sure(RUNEFILE), "sure.py": "S"}
    offer = OfferedFiles(base, BASE)
    changes = offer.changes()
    assert (changes["stage:sure"].change, changes["stage:sure"].needs) == ("removed", ("stage:answer",))
    assert "sure.py" not in offer.files_with("stage:sure", "stage:answer")


def test_a_renamed_file_moves_with_the_stage_that_names_it() -> None:
    theirs = {**BASE, "Runefile.yml": RUNEFILE.replace("level.py", "blocks/gain.py"), "blocks/gain.py": "GAIN = 1\n"}
    del theirs["level.py"]
    offer = OfferedFiles(BASE, theirs)
    assert list(offer.changes()) == ["stage:level"]
    assert offer.files_with("stage:level") == theirs
    other = OfferedFiles(
        BASE, {**{path: text for path, text in BASE.items() if path != "README.md"}, "READ.md": "Hello\n"}
    )
    assert [(each.name, each.change) for each in other.changes().values()] == [("READ.md", "renamed")]
    assert "README.md" not in other.files_with("file:READ.md")


def test_a_renamed_stage_goes_only_with_who_reads_it() -> None:
    theirs = RUNEFILE.replace("  mel:", "  bands:").replace("[mel]", "[bands]")
    changes = OfferedFiles(BASE, {**BASE, "Runefile.yml": theirs}).changes()
    assert changes["stage:mel"].needs == ("stage:answer",)
    assert changes["stage:answer"].needs == ("stage:bands",)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_ends_of_lines_stay_as_they_were_unless_they_are_taken(ends: str) -> None:
    base = {**BASE, "Runefile.yml": RUNEFILE.replace("\n", ends)}
    theirs = RUNEFILE.replace("gain: 1", "gain: 8").replace("fft", "mel_bands").replace("\n", "\r\n")
    offer = OfferedFiles(base, {**BASE, "Runefile.yml": theirs})
    expected = RUNEFILE.replace("gain: 1", "gain: 8")
    assert offer.files_with("stage:level")["Runefile.yml"] == expected.replace("\n", ends)
    assert ("Line ends" in {each.name for each in offer.changes().values()}) is (ends == "\n")


def test_other_parts_and_the_order_are_changes_of_their_own() -> None:
    head, _, tail = RUNEFILE.partition("  mel:")
    mel, _, answer = tail.partition("  answer:")
    theirs = f"{head}  answer:{answer}  mel:{mel}".replace("runicos/base", "runicos/other")
    offer = OfferedFiles(BASE, {**BASE, "Runefile.yml": theirs})
    assert [each.name for each in offer.changes().values()] == ["Order in the file", "image"]
    assert offer.files_with("part:image")["Runefile.yml"] == RUNEFILE.replace("runicos/base", "runicos/other")


def test_a_resource_comes_with_its_stage_and_its_header() -> None:
    theirs = RUNEFILE.replace("args: {gain: 1}", "args: {labels: $LABELS}") + "resources:\n  LABELS:\n    path: a.txt\n"
    offer = OfferedFiles(BASE, {**BASE, "Runefile.yml": theirs.replace("fft", "mel_bands"), "a.txt": "a\n"})
    assert list(offer.changes()) == ["stage:level", "stage:mel"]
    assert offer.files_with("stage:level") == {**BASE, "Runefile.yml": theirs, "a.txt": "a\n"}
    assert offer.files_with("stage:mel")["Runefile.yml"] == RUNEFILE.replace("fft", "mel_bands")


@pytest.mark.parametrize("text", ["pipeline: {a: {capability: SOUND}}\n", "FROM runicos/base\nRUN x\n", "a\n  b\n c"])
def test_a_runefile_that_cannot_be_divided_is_a_file(text: str) -> None:
    offer = OfferedFiles(BASE, {**BASE, "Runefile.yml": text})
    assert offer.files_with(*offer.changes())["Runefile.yml"] == text
    assert offer.files_with() == BASE
