"""The sentence about channels that were to be removed."""

from __future__ import annotations

from lab.training.pruning_note import pruning_note
from tests.support.cases import each_case


@each_case(
    ("prune", "pruned_after", "reason", "words"),
    [
        (0.0, None, "all epochs", ()),
        (0.5, 20, "all epochs", ()),
        (0.5, None, "stopped", ("was stopped before channels were removed",)),
        (0.5, None, "all epochs", ("is too short to remove any",)),
    ],
)
def test_a_run_says_why_it_has_all_channels(
    prune: float, pruned_after: int | None, reason: str, words: tuple[str, ...]
) -> None:
    notes = pruning_note({"prune": prune}, {"pruned_after": pruned_after, "ended": reason})
    assert len(notes) == len(words)
    assert all(word in note for word, note in zip(words, notes, strict=True))
