"""Verdicts on whether a build's packages fit boards, in the words and colours of the page Boards.

Pure but for the build's rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from forge.builds.models import Build, BuildPackage
from forge.builds.pages.board_drawing import BoardDrawing, board_drawing
from forge.builds.serializers.packages import package_url
from forge.builds.target_boards import targets_for, usual_boards_first
from rune.devices.boards.board import Board
from rune.devices.boards.describing import needs_of
from rune.devices.boards.fit import Fit, FitVerdict, MemoryRoom, RunTime, fit
from rune.devices.boards.lookup import boards
from rune.devices.emulation.executed import executed_text
from rune.wording import listed, size_text

NEARLY_FULL = 0.8
"""The share of a memory from which its bar says so."""


@dataclass(frozen=True)
class FitLook:
    """A verdict's colour, icon and words. `rank` is where boards with it stand in the list."""

    colour: str
    icon: str
    words: str
    rank: int


_FIGURES = {"clock_mhz": "clock", "ram": "RAM", "flash": "flash", "flash_wait_states": "wait states of the flash"}
"""The names of a board's figures for people."""

FITS = FitLook("ok", icon="check", words="Fits", rank=0)
MAY_BE_SLOW = FitLook("warn", icon="clock", words="Fits, may be slow", rank=1)
TOO_SLOW = FitLook("warn", icon="clock", words="Fits, too slow", rank=2)
MAY_FIT = FitLook("info", icon="circle-question-mark", words="May fit", rank=3)
TOO_LARGE = FitLook("bad", icon="x", words="Too large", rank=4)
REFUSED = FitLook("bad", icon="ban", words="Refused", rank=5)
WAITING = FitLook("", icon="loader", words="Not yet", rank=6)
NOT_BUILT = FitLook("", icon="package", words="No package", rank=7)


@dataclass(frozen=True)
class Meter:
    """Bytes of one memory as a bar; `fill_percent` is in per cent of its length."""

    share: str
    of: str
    fill_percent: int
    colour: str
    is_over: bool
    left: str


@dataclass(frozen=True)
class BoardFit:
    """A board on the page. `why` stands below its verdict. Without a package there is nothing to be measured by."""

    board: Board
    look: FitLook
    why: str
    package: BuildPackage | None
    ram: Meter | None = None
    flash: Meter | None = None
    fit: Fit | None = None

    @property
    def chip(self) -> str:
        return f"{self.board.chip} \u00b7 {self.board.core.title} \u00b7 {self.board.clock_mhz} MHz"

    @property
    def time(self) -> str:
        """The range of one run; empty where there is no estimate."""
        time = self.fit and self.fit.time
        return f"{milliseconds(time.least)} to {milliseconds(time.most)}" if time else ""

    @property
    def time_share(self) -> str:
        time = self.fit and self.fit.time
        return "" if not time else share_text(time)

    @property
    def assumptions(self) -> tuple[str, ...]:
        return self.fit.time.assumptions if self.fit and self.fit.time else ()

    @property
    def sensors(self) -> str:
        return listed([f"{sensor.key} ({part})" for sensor, part in self.board.sensors.items()]) or "none"

    @property
    def sources(self) -> tuple[tuple[str, str], ...]:
        """The sources of the board's figures."""
        return tuple((_FIGURES.get(figure, figure), source) for figure, source in self.board.sources.items())

    @property
    def executed(self) -> str:
        """Says which figures come from executing a rune, and which are estimates."""
        return executed_text(self.board)

    @property
    def drawing(self) -> BoardDrawing:
        return board_drawing(self.board)

    @property
    def is_measured(self) -> bool:
        return self.fit is not None and self.fit.is_measured

    @property
    def download(self) -> str:
        """The address of the package; empty where there is none."""
        return package_url(self.package) if self.package is not None and self.package.artefact_id else ""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages by their share of the instructions, largest first."""
        needs = ((self.package and self.package.needs) or {}).get("stages", [])
        total = sum(each["instructions"] for each in needs) or 1
        rows = sorted(needs, key=lambda each: -int(each["instructions"]))
        return tuple(
            Stage(each["stage"], each["instructions"], round(100 * each["instructions"] / total)) for each in rows
        )


@dataclass(frozen=True)
class Stage:
    """A stage's instructions in one run, and their share in per cent."""

    name: str
    instructions: int
    share: int


class Show(StrEnum):
    """Says which boards are listed."""

    ALL = "all"
    FIT = "fit"

    def holds(self, each: BoardFit) -> bool:
        return self is Show.ALL or each.look.rank <= MAY_FIT.rank


@dataclass(frozen=True)
class BoardFilter:
    """The request of the page: words to search for, which boards, whether all at once, and a selected one."""

    words: str = ""
    show: Show = Show.ALL
    is_all: bool = False
    board: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> BoardFilter:
        show = query.get("show", "")
        return cls(
            query.get("q", "").strip()[:100],
            Show(show) if show in set(Show) else Show.ALL,
            query.get("all") == "1",
            query.get("board", ""),
        )

    @property
    def query(self) -> dict[str, str]:
        """The same as an address says it, but for the board."""
        parameters = {
            "q": self.words,
            "show": "" if self.show is Show.ALL else self.show.value,
            "all": "1" * self.is_all,
        }
        return {name: value for name, value in parameters.items() if value}


def filtered(fits: Iterable[BoardFit], filters: BoardFilter) -> tuple[BoardFit, ...]:
    """Returns the boards that match the filters.

    Every word must be in a board's name, maker, chip, core, target or sensors.
    """
    words = filters.words.casefold().split()
    return tuple(
        each for each in fits if filters.show.holds(each) and all(word in _search_text(each.board) for word in words)
    )


def _search_text(board: Board) -> str:
    sensors = " ".join(f"{sensor.key} {part}" for sensor, part in board.sensors.items())
    return f"{board.name} {board.maker} {board.chip} {board.core.title} {board.target} {sensors}".casefold()


def board_fits(build: Build) -> tuple[BoardFit, ...]:
    """All boards: those first that the build fits, and of equals the usual ones first."""
    return fits_of(build, build.packages.all())


def fits_of(build: Build, packages: Iterable[BuildPackage]) -> tuple[BoardFit, ...]:
    """The same of a build's packages that were read already."""
    by_target = {package.target: package for package in packages}
    fits = [_on_board(board, _package_for(board, by_target), build) for board in boards()]
    return tuple(sorted(fits, key=_by_use))


def _by_use(each: BoardFit) -> tuple[int, int, str]:
    """Sorts by verdict, then the most widely used boards first, then by name."""
    return (each.look.rank, *usual_boards_first(each.board))


def _package_for(board: Board, packages: Mapping[str, BuildPackage]) -> BuildPackage | None:
    return next((packages[target] for target in targets_for(board) if target in packages), None)


def _on_board(board: Board, package: BuildPackage | None, build: Build) -> BoardFit:
    if package is None:
        return BoardFit(board, NOT_BUILT, f"not built for {board.target}", None)
    if package.refusal:
        return BoardFit(board, REFUSED, f"{package.target} refuses it", package)
    if package.needs is None:
        return BoardFit(
            board, NOT_BUILT if package.job.is_finished else WAITING, f"{package.target} is not measured", package
        )
    return _fit_by_needs(board, package, package.needs)


def _fit_by_needs(board: Board, package: BuildPackage, needs: Mapping[str, Any]) -> BoardFit:
    fitting = fit(needs_of(board.target, needs), board, needs["period"])
    look, why = _verdict(fitting)
    return BoardFit(board, look, why, package, _meter(fitting.ram), _meter(fitting.flash), fitting)


def _verdict(fitting: Fit) -> tuple[FitLook, str]:
    if fitting.verdict is FitVerdict.TOO_LARGE:
        over = [f"{name} by {size_text(room.excess)}" for name, room in _rooms(fitting) if room.excess]
        return TOO_LARGE, listed(over)
    if fitting.verdict is FitVerdict.MAY_FIT:
        return MAY_FIT, "code and stack are not counted"
    if fitting.verdict is FitVerdict.TOO_SLOW:
        return TOO_SLOW, "the next frame arrives before it ends"
    if fitting.verdict is FitVerdict.MAY_BE_SLOW:
        return MAY_BE_SLOW, "in the worst case"
    return FITS, ""


def _rooms(fitting: Fit) -> tuple[tuple[str, MemoryRoom], ...]:
    return ("RAM", fitting.ram), ("flash", fitting.flash)


def _meter(room: MemoryRoom) -> Meter:
    colour = "bad" if room.excess else "warn" if room.share >= NEARLY_FULL else ""
    return Meter(
        share=percent(room.share),
        of=size_text(room.available),
        fill_percent=min(100, max(1, round(100 * room.share))),
        colour=colour,
        is_over=room.excess > 0,
        left=size_text(max(0, room.available - room.needed)),
    )


def share_text(time: RunTime) -> str:
    """The share of the sensor's period, as a range; empty where it has none."""
    if time.share is None or time.period is None:
        return ""
    least, most = time.share
    return f"{percent(least)} to {percent(most)} of {milliseconds(time.period)}"


def percent(share: float) -> str:
    """A share as people read it; a tenth where it is small."""
    if 0 < share < 0.0005:
        return "under 0.1 %"
    return f"{100 * share:.{0 if share >= 0.1 or share == 0 else 1}f} %"


def milliseconds(value: float) -> str:
    """A duration of three digits, without a power of ten."""
    if value >= 999.5:
        return f"{float(f'{value / 1000:.3g}'):g} s"
    return f"{float(f'{value:.3g}'):g} ms" if value >= 0.001 else "under 0.001 ms"
