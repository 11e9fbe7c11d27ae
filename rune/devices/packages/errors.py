"""The refusals of packages that the compiler had no objection to."""

from __future__ import annotations


class PackageRefused(Exception):
    """Base: the message is a sentence for a person."""


class SelfTestFailed(PackageRefused):
    """The code for `target` does not give the rune's bytes; `step` is the first result that differs. It is a defect of
    Hammer Forge, and no property of a project."""

    def __init__(self, target: str, step: str) -> None:
        super().__init__(
            f"The code for {target} gives other results than the rune, first where {step}. Nothing was written; "
            "please report this with the project"
        )
        self.target = target
        self.step = step


class NothingGolden(PackageRefused):
    """The rune gives a result that can be compared on no generated input: its runs fail, or end in no number."""

    def __init__(self, input_count: int) -> None:
        super().__init__(
            f"On each of {input_count} generated inputs the rune fails or gives no number (NaN), so that a self-test "
            "has nothing to compare. Make it accept any input that its capabilities can give"
        )
        self.input_count = input_count


class NoFirmware(PackageRefused):
    """The rune cannot be firmware for the target's board; the text says why."""
