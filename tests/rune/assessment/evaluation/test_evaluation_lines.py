"""The lines of an evaluation for a terminal: each figure is under the heading of its column."""

from __future__ import annotations

from rune.assessment.evaluation.evaluation import Evaluation, SampleOutcome
from rune.assessment.evaluation.wording import lines
from tests.support.cases import each_case


def evaluated(labels: tuple[str, ...], count: int) -> list[str]:
    """The lines of an evaluation with `count` samples of each label, all right."""
    outcomes = tuple(SampleOutcome(f"{label}-{number}", label, label) for label in labels for number in range(count))
    return list(lines(Evaluation(labels, outcomes)))


@each_case("labels", [("no", "yes"), ("noise-of-a-door", "up")])
@each_case("count", [2, 10])
def test_the_figures_of_labels_are_under_their_headings(labels: tuple[str, ...], count: int) -> None:
    lines = evaluated(labels, count)
    head = next(place for place, line in enumerate(lines) if line.startswith("label"))
    recall, precision = lines[head].index("recall"), lines[head].index("precision")
    for row in lines[head + 1 : head + 1 + len(labels)]:
        assert row[:recall].split()[1:] == [str(count)]
        assert row[recall:].startswith("100 %")
        assert row[precision:].startswith("100 %")
        assert row[precision - 2 : precision] == "  "


def test_a_count_of_more_digits_than_its_answer_has_letters_moves_no_column() -> None:
    lines = evaluated(("a", "b"), 120)
    head = next(place for place, line in enumerate(lines) if line.startswith("Confusion")) + 1
    assert lines[head : head + 3] == ["       a    b", "  a  120    .", "  b    .  120"]
