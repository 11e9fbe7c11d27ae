"""The bar of what devices run: its parts, their words and their queries."""

from __future__ import annotations

from forge.fleet.lists.overview import HealthCell, RunningCount
from forge.fleet.pages.overview import BAR_WIDTH, HEALTH_LOOKS, bar_of
from forge.fleet.queries.matching import parse_query


def running(project: str, version: str, count: int) -> RunningCount:
    return RunningCount(project, version, count, f"running={project}@{version}" if version else "running=none")


def test_the_most_devices_come_first_and_those_without_anything_last() -> None:
    parts = bar_of(
        [
            running("door-knock", "1.4", 1046),
            running("door-knock", "1.5", 84),
            running("", "", 30),
            running("gestures", "0.9", 22),
        ]
    )
    assert [(each.text, each.devices) for each in parts] == [
        ("door-knock 1.4", 1046),
        ("1.5", 84),
        ("gestures 0.9", 22),
        ("nothing yet", 30),
    ]
    assert parts[-1].address == "?q=running%3Dnone"


def test_the_parts_fill_the_bar_and_one_device_of_many_is_seen() -> None:
    parts = bar_of([running("a", "1", 99_999), running("a", "2", 1)])
    assert parts[1].width > 3
    assert abs(sum(each.width for each in parts) - BAR_WIDTH) < 0.1
    assert parts[1].start == parts[0].width


def test_many_versions_share_a_part_whose_query_can_be_read() -> None:
    parts = bar_of([running("a", f"1.{number} rc", 10 - number) for number in range(6)])
    assert (parts[-1].text, parts[-1].devices) == ("other versions", 11)
    assert len(parse_query(parts[-1].query).terms) == 1


def test_no_devices_are_no_bar() -> None:
    assert bar_of([]) == ()


def test_each_count_of_health_has_words() -> None:
    assert set(HEALTH_LOOKS) == set(HealthCell)
