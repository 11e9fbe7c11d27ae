"""The page of the boards that the toolchain knows."""

from __future__ import annotations

from rune.devices.boards.lookup import boards
from rune.wording import size_text
from tools.reference.page import WRITTEN_BY, joined


def boards_page() -> str:
    """Writes the page of boards, with the memory that a program may use."""
    rows = ["| board | name | target | RAM | flash | MHz | sensors |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for each in boards():
        sensors = ", ".join(sorted(sensor.key for sensor in each.sensors)) or "none"
        memory = f"{size_text(each.ram)} | {size_text(each.flash)}"
        rows.append(f"| `{each.key}` | {each.name} | {each.target} | {memory} | {each.clock_mhz} | {sensors} |")
    return joined(
        [
            "# Boards",
            WRITTEN_BY,
            "The boards that people own. RAM and flash are what a program may use, without a boot loader; a package is "
            "built for the target.",
            "\n".join(rows),
        ]
    )
