"""A project and its forks, edited and merged at random, with an account of what each merge must keep.

Every line that counts has a number of its own, so what becomes of it can be said without looking at how it was merged:
what both sides have stays, what one side put in stays, what one side took out goes; in a conflict, as it was chosen.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from itertools import count

from rune.editing.merge import (
    FilesMerge,
    MergeChoice,
    MergeConflict,
    Side,
    SideFiles,
    StoredContent,
    former_paths,
    merge_files,
)
from rune.editing.merge.lines import lines_of
from rune.editing.merge.pieces import END, pieces_of

RUNEFILE = "Runefile.yml"
NOTES = "notes.md"
_MARK = re.compile(r"m\d+")
_OF_STAGE = re.compile(r"of (\w+)")

Files = dict[str, str]
"""A project: its texts, and its samples and models as words."""


@dataclass
class MergeSimulation:
    """One seed: the project, its forks, and the files that each fork has in common with it."""

    chance: random.Random
    origin: Files = field(default_factory=dict)
    forks: list[Files] = field(default_factory=list)
    bases: list[Files] = field(default_factory=list)
    numbers: count[int] = field(default_factory=count)
    conflicts: int = 0
    merges: int = 0

    def mark(self) -> str:
        return f"m{next(self.numbers)}"


def simulate(seed: int, steps: int = 40) -> MergeSimulation:
    """Edits and merges; raises `AssertionError` where a merge loses something."""
    simulation = MergeSimulation(random.Random(seed))
    simulation.origin = _first(simulation)
    for _ in range(simulation.chance.randint(1, 3)):
        simulation.forks.append(dict(simulation.origin))
        simulation.bases.append(dict(simulation.origin))
    for _ in range(steps):
        if simulation.chance.random() < 0.25:
            _offer_back(simulation, simulation.chance.randrange(len(simulation.forks)))
        else:
            _edit(simulation, simulation.chance.choice([simulation.origin, *simulation.forks]))
    for number in range(len(simulation.forks)):
        _offer_back(simulation, number)
    return simulation


def _first(simulation: MergeSimulation) -> Files:
    stages = "".join(_stage(simulation, f"s{number}") for number in range(simulation.chance.randint(1, 5)))
    runefile = f"# {simulation.mark()}\nversion: 1\nimage: runicos/base\n\npipeline:\n{stages}  # {simulation.mark()}\n"
    notes = "".join(f"{simulation.mark()}\n" for _ in range(6))
    return {
        RUNEFILE: runefile,
        NOTES: notes,
        "samples/a.wav": f"\0{simulation.mark()}",
        "model.tflite": f"\0{simulation.mark()}",
    }


def _stage(simulation: MergeSimulation, name: str) -> str:
    comment = f"\n  # {simulation.mark()} of {name}\n" if simulation.chance.random() < 0.6 else ""
    lines = "".join(f"      a{simulation.mark()}: 1  # of {name}\n" for _ in range(simulation.chance.randint(1, 3)))
    return f"{comment}  {name}:\n    proc-block: modulo  # {simulation.mark()} of {name}\n    args:\n{lines}"


def _edit(simulation: MergeSimulation, files: Files) -> None:
    simulation.chance.choice([_edit_runefile, _edit_runefile, _edit_notes, _edit_binaries])(simulation, files)


def _edit_runefile(simulation: MergeSimulation, files: Files) -> None:
    pieces = list(pieces_of(files[RUNEFILE]) or ())
    assert pieces, "the Runefile has its pieces"
    stages = [at for at, piece in enumerate(pieces) if len(piece.key) == 2 and piece.key[1] != END]
    texts = [piece.text for piece in pieces]
    what = simulation.chance.choice(["add", "remove", "move", "argument", "argument", "comment", "head"])
    header = next(at for at, piece in enumerate(pieces) if piece.key == ("pipeline",))
    if what == "add":
        texts.insert(
            simulation.chance.choice([header + 1, *(at + 1 for at in stages)]),
            _stage(simulation, f"t{simulation.mark()}"),
        )
    elif what == "remove" and len(stages) > 1:
        del texts[simulation.chance.choice(stages)]
    elif what == "move" and len(stages) > 1:
        one, other = simulation.chance.sample(stages, 2)
        texts[one], texts[other] = texts[other], texts[one]
    elif what == "head":
        texts[0] = f"# {simulation.mark()}\n" + texts[0]
    elif stages:
        at = simulation.chance.choice(stages)
        name = pieces[at].key[1]
        lines = lines_of(texts[at])
        if what == "comment":
            inside = next(n for n, line in enumerate(lines) if line.startswith("    "))
            lines.insert(simulation.chance.randint(inside, len(lines)), f"      # {simulation.mark()} of {name}\n")
        else:
            arguments = [n for n, line in enumerate(lines) if line.startswith("      a")]
            new = f"      a{simulation.mark()}: 1  # of {name}\n"
            if arguments and simulation.chance.random() < 0.7:
                lines[simulation.chance.choice(arguments)] = new
            else:
                lines.append(new)
        texts[at] = "".join(lines)
    files[RUNEFILE] = "".join(texts)


def _edit_notes(simulation: MergeSimulation, files: Files) -> None:
    if NOTES not in files:
        files[NOTES] = f"{simulation.mark()}\n"
        return
    lines = lines_of(files[NOTES])
    at = simulation.chance.randint(0, len(lines))
    match simulation.chance.choice(["in", "in", "out", "other", "gone"]):
        case "out" if at < len(lines) > 1:
            del lines[at]
        case "other" if at < len(lines):
            lines[at] = f"{simulation.mark()}\n"
        case "gone" if simulation.chance.random() < 0.3:
            del files[NOTES]
            return
        case _:
            lines.insert(at, f"{simulation.mark()}\n")
    files[NOTES] = "".join(lines)


def _edit_binaries(simulation: MergeSimulation, files: Files) -> None:
    binaries = [path for path in files if files[path].startswith("\0")]
    path = simulation.chance.choice(binaries) if binaries else ""
    match simulation.chance.choice(["sample", "sample", "other", "name", "gone"]):
        case "other" if path:
            files[path] = f"\0{simulation.mark()}"
        case "name" if path:
            files[f"{path.rpartition('/')[0] or 'models'}/{simulation.mark()}.bin"] = files.pop(path)
        case "gone" if path and len(binaries) > 1:
            del files[path]
        case _:
            files[f"samples/{simulation.mark()}.wav"] = f"\0{simulation.mark()}"


def _offer_back(simulation: MergeSimulation, number: int) -> None:
    """Merges a fork into the project, with a choice at random in each conflict."""
    base, theirs, ours = simulation.bases[number], simulation.forks[number], simulation.origin
    merge = merge_files(base, _side(base, ours), _side(base, theirs), _text_of)
    choices = {each.key: _choice(simulation, each) for each in merge.conflicts}
    result = {
        path: content.digest if isinstance(content, StoredContent) else content.text
        for path, content in merge.files(choices).items()
    }
    _require_nothing_lost(base, ours, theirs, merge, choices, result)
    simulation.conflicts += len(merge.conflicts)
    simulation.merges += 1
    simulation.origin = result
    simulation.bases[number] = dict(theirs)


def _side(base: Files, files: Files) -> SideFiles:
    return SideFiles(files, former_paths(base, files))


def _text_of(digest: str) -> str | None:
    """A text of the file: here the digest is the text itself."""
    return None if digest.startswith("\0") else digest


def _choice(simulation: MergeSimulation, conflict: MergeConflict) -> MergeChoice:
    side = simulation.chance.choice(conflict.sides)
    if side is not Side.WRITTEN:
        return MergeChoice(side)
    text = conflict.ours or conflict.theirs or ""
    return MergeChoice(side, text.rstrip("\n") if simulation.chance.random() < 0.5 else text)


def _require_nothing_lost(
    base: Files, ours: Files, theirs: Files, merge: FilesMerge, choices: dict[str, MergeChoice], result: Files
) -> None:
    then, now, other, after = (_marks(files) for files in (base, ours, theirs, result))
    conflict_marks = {mark for each in merge.conflicts for text in (each.ours, each.theirs) for mark in _marks_in(text)}
    choice_marks = {mark for each in merge.conflicts for mark in _marks_in(each.resolution(choices[each.key]))}
    of_texts = {
        mark for files in (base, ours, theirs) for text in files.values() if _text_of(text) for mark in _marks_in(text)
    }
    for mark in then | now | other:
        if mark in conflict_marks:
            assert mark in after or mark not in choice_marks, f"{mark}, which was chosen, is lost"
        else:
            must_stay = mark in now and mark in other if mark in then else True
            assert mark in after or not must_stay, f"{mark} is lost"
    # The bytes of a file may be there under two names; a line is there once.
    for mark in of_texts & after:
        is_removed = mark in then and not (mark in now and mark in other)
        assert mark in choice_marks if mark in conflict_marks else not is_removed, (
            f"{mark}, which a side took out, is back"
        )
    assert not after - now - other, "what nobody wrote is there"
    _require_whole_stages(ours, theirs, result)
    for path in (set(ours) - set(base)) | (set(theirs) - set(base)):
        assert path in result or any(path == each.path for each in merge.conflicts), f"{path} is lost"


def _require_whole_stages(ours: Files, theirs: Files, result: Files) -> None:
    """Each line is in its own stage, and the stages that only one order has are in that order."""
    pieces = pieces_of(result[RUNEFILE])
    assert pieces is not None, "the stages cannot be told apart"
    for piece in pieces:
        for name in _OF_STAGE.findall(piece.text):
            assert piece.key == ("pipeline", name), f"a line of {name} is in {piece.key}"
    orders = [
        [name for name in _stages(side) if name in _stages(other)] for side, other in ((ours, result), (theirs, result))
    ]
    common = [[name for name in order if name in orders[0] and name in orders[1]] for order in orders]
    if common[0] == common[1]:
        assert [name for name in _stages(result) if name in common[0]] == common[0], "the stages are in another order"


def _stages(files: Files) -> list[str]:
    return [piece.key[1] for piece in pieces_of(files[RUNEFILE]) or () if len(piece.key) == 2 and piece.key[1] != END]


def _marks(files: Files) -> set[str]:
    return {mark for text in files.values() for mark in _marks_in(text)}


def _marks_in(text: str | None) -> set[str]:
    return set(_MARK.findall(text or ""))
