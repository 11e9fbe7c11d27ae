"""The reports of stock clients: what they said, as the report that `hmrd` would have sent. They are not signed."""

from __future__ import annotations

from datetime import datetime

from forge.fleet.models import Device
from forge.fleet.reports.recording import take_report
from forge.fleet.stock.models import StockAction
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import DeviceEvent, EventKind, InstalledRune, Phase, Report, Totals

CLIENT = "stock client"
"""The agent of a device whose client has not said what it is."""


def empty_report(board: str) -> Report:
    """Returns the state of a device whose client has not asked yet."""
    return Report(sequence=1, agent=CLIENT, board=board, phase=Phase.EMPTY)


def report_begun(device: Device, now: datetime) -> None:
    """Writes that a client began to install what it was offered."""
    take_report(device, _report(device, Phase.FETCHING, _running(device)), now)


def report_stopped(device: Device, now: datetime) -> None:
    """Writes that a client stopped what it had begun: it has what it had before."""
    take_report(device, _report(device, _phase_before(device), _running(device)), now)


def report_installed(device: Device, action: StockAction, now: datetime) -> None:
    """Writes that a device runs what an action installed."""
    running = InstalledRune(action.path, action.release, action.version, action.rune)
    event = DeviceEvent(EventKind.INSTALLED, _seconds(now), action.version, action.rune)
    take_report(device, _report(device, Phase.RUNNING, running, event=event), now)


def report_failed(device: Device, action: StockAction, detail: str, now: datetime) -> None:
    """Writes that a client could not install what it was offered, with its own words."""
    problem = DeviceProblem(ProblemName.UPDATE_FAILED, detail)
    event = DeviceEvent(EventKind.REFUSED, _seconds(now), action.version, action.rune, problem=problem)
    take_report(device, _report(device, _phase_before(device), _running(device), problem, event), now)


def _report(
    device: Device,
    phase: Phase,
    running: InstalledRune | None,
    problem: DeviceProblem | None = None,
    event: DeviceEvent | None = None,
) -> Report:
    return Report(
        sequence=device.sequence + 1,
        agent=device.agent,
        board=device.board,
        phase=phase,
        running=running,
        problem=problem,
        totals=Totals(),
        events=() if event is None else (event,),
    )


def _running(device: Device) -> InstalledRune | None:
    """Returns the rune that the device ran according to its last report."""
    if not device.running_rune:
        return None
    return InstalledRune(device.running_deployment, device.running_number, device.running_version, device.running_rune)


def _phase_before(device: Device) -> Phase:
    return Phase.RUNNING if device.running_rune else Phase.EMPTY


def _seconds(now: datetime) -> int:
    return int(now.timestamp())
