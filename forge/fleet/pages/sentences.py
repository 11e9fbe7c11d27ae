"""The words of pages for what devices report: problems with what to do next, lines of timelines, states, requests.

Nothing here reads a table; `standing.py` says which of them a device gets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from forge.fleet.devices.models import ClaimedWith, PersonEntry
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.problems import ProblemName
from hmrd.protocol.reports import EventKind, SelfTestOutcome
from hmrd.protocol.wanted import RequestKind


@dataclass(frozen=True)
class ProblemText:
    """A problem in words: its name in lists, what happened, and what to do next."""

    title: str
    happened: str
    advice: str


PROBLEMS: Final[Mapping[ProblemName, ProblemText]] = {
    ProblemName.BOARD_WRONG: ProblemText(
        "Wrong board",
        "The version needs a board, a sensor or a library that this device does not have.",
        "Take the device out of the group by its labels, or bind a deployment with a version for its board.",
    ),
    ProblemName.CHECK_REFUSED: ProblemText(
        "Check refused",
        "The check command in hmrd.toml did not accept the version.",
        "Read in the log what the command said. Then set a version that passes, or change the command on the device.",
    ),
    ProblemName.CLOCK_WRONG: ProblemText(
        "Wrong clock",
        "The clock of the device is earlier than the signed documents.",
        "Set the clock of the device, or let it use a time server.",
    ),
    ProblemName.CONFIG_WRONG: ProblemText(
        "Wrong configuration",
        "A line of hmrd.toml on the device cannot be used.",
        "Correct the line on the device and restart hmrd. The file is never written from here.",
    ),
    ProblemName.CRASHES: ProblemText(
        "Crashes",
        "The rune stopped again and again.",
        "Read the log, and set a version that ran before.",
    ),
    ProblemName.DAMAGED: ProblemText(
        "Damaged file",
        "The bytes do not have the digest that was announced or stored.",
        "The device fetches them again. If it stays, check its storage and the mirror that it downloads from.",
    ),
    ProblemName.DISK_FULL: ProblemText(
        "Disk full",
        "The device has no room for the version.",
        "Free space on the device. It tries again by itself.",
    ),
    ProblemName.EXPIRED: ProblemText(
        "Documents expired",
        "The signed documents of the deployment have ended.",
        "Check the clock of the device, and that this server renews the documents of the deployment.",
    ),
    ProblemName.INPUT_ENDED: ProblemText(
        "Input ended",
        "The source that feeds the rune ended, or cannot be opened.",
        "Check the sensor or the command that hmrd.toml names as the input.",
    ),
    ProblemName.INPUTS_DIFFER: ProblemText(
        "Other inputs",
        "The version reads other inputs than the one that answers, so it cannot run beside it.",
        "Nothing needs to be done: the device runs on. Roll the version out without a shadow.",
    ),
    ProblemName.KEY_REFUSED: ProblemText(
        "Key refused",
        "The server refused the key of the device.",
        "Let the device in again if it was locked out, or claim it anew.",
    ),
    ProblemName.MEMORY_SHORT: ProblemText(
        "Too little memory",
        "The device has too little memory to run a second version beside the one that answers.",
        "Nothing needs to be done: the device runs on. Roll the version out without a shadow on such devices.",
    ),
    ProblemName.NO_LABELS: ProblemText(
        "No labels",
        "One of the two versions counts no labels, so their answers cannot be compared.",
        "Build both with a classifier that counts its answers, or roll the version out without a shadow.",
    ),
    ProblemName.NOT_A_RUNE: ProblemText(
        "Not a rune",
        "The file is not a rune that the device can load.",
        "Set another version, or update hmrd on the device.",
    ),
    ProblemName.OLDER: ProblemText(
        "Older than before",
        "An order or a document is older than one that the device has seen.",
        "Sign the order of the release again with the key at home. If you did not expect this, find out who changed "
        "the server.",
    ),
    ProblemName.ORDER_REFUSED: ProblemText(
        "No order of the key at home",
        "No order that the organisation's key at home signed allows the version.",
        "Sign the release with `rune sign` and upload the order to the deployment.",
    ),
    ProblemName.OUTPUT_LOST: ProblemText(
        "Answers lost",
        "Answers could not be delivered, and the oldest were dropped.",
        "Check the outputs in hmrd.toml, and that their receivers answer.",
    ),
    ProblemName.SELF_TEST_FAILED: ProblemText(
        "Self-test failed",
        "Its outputs differ from those of the approved build.",
        "Ask for a self-test again. If it fails again, take the device out of use: its memory may be faulty.",
    ),
    ProblemName.SERVER_AWAY: ProblemText(
        "Server not reached",
        "The device could not reach the server or the mirror.",
        "Check the network of the device. It tries again by itself.",
    ),
    ProblemName.SERVER_STRANGE: ProblemText(
        "Unexpected answer",
        "Something other than this server answered, such as a sign-in page of the network.",
        "Check the network of the device: a proxy or a guest network may answer in place of the server.",
    ),
    ProblemName.SIGNATURE_REFUSED: ProblemText(
        "Signature refused",
        "The signature of the version is not by a key that the device believes.",
        "Check which keys the device pinned. If this was unexpected, find out who changed the server.",
    ),
    ProblemName.TOO_SLOW: ProblemText(
        "Too slow",
        "A run took longer than hmrd.toml allows.",
        "Set a faster version, or raise the limit on the device.",
    ),
    ProblemName.TRAPPED: ProblemText(
        "Rune stopped",
        "The rune stopped with an error.",
        "Read the log, and set a version that ran before.",
    ),
    ProblemName.UPDATE_FAILED: ProblemText(
        "Update failed",
        "The update client of the device could not install the image.",
        "Read its own log on the device. Then offer the version again on its page, or set another one.",
    ),
    ProblemName.UNEXPECTED: ProblemText(
        "Fault of hmrd",
        "The daemon itself had a fault.",
        "Read the log, and update hmrd on the device.",
    ),
}

EVENTS: Final[Mapping[EventKind, str]] = {
    EventKind.STARTED: "Daemon started",
    EventKind.INSTALLED: "Installed {version}",
    EventKind.FELL_BACK: "Fell back from {version}",
    EventKind.WENT_BACK: "A person at the device went back to {version}",
    EventKind.REFUSED: "Refused {version}",
    EventKind.RESTARTED: "{version} restarted",
    EventKind.SELF_TEST: "Self-test of {version}",
    EventKind.KEY_REPLACED: "Made a new key",
    EventKind.CONFIG_CHANGED: "hmrd.toml changed on the device",
    EventKind.EVENTS_DROPPED: "Was away for so long that it dropped its oldest events",
}
"""The line of each kind of event; `{version}` stands for the version that it is about, or for the rune."""

PERSON_ENTRIES: Final[Mapping[PersonEntry, str]] = {
    PersonEntry.CLAIMED: "Claimed",
    PersonEntry.LOCKED_OUT: "Locked out",
    PersonEntry.LET_IN: "Let in again",
    PersonEntry.LOG: "Log asked for",
    PersonEntry.RESTART: "Restart asked for",
    PersonEntry.SELF_TEST: "Self-test asked for",
    PersonEntry.KEY: "New key asked for",
    PersonEntry.SAMPLES_YES: "Request for samples answered with yes",
    PersonEntry.SAMPLES_NO: "Request for samples answered with no",
    PersonEntry.SAMPLES_BACK: "Samples taken back",
    PersonEntry.CHANGED: "Name or note changed",
    PersonEntry.LABELS: "Labels changed",
    PersonEntry.OFFERED: "Offered to another organisation",
    PersonEntry.ACCEPTED: "Offer accepted by the other organisation",
    PersonEntry.WITHDRAWN: "Offer to another organisation ended",
    PersonEntry.HANDED_OVER: "Handed over from another organisation",
    PersonEntry.RETIRED: "Retired",
}
"""The line of what people did; the page adds by whom."""

SELF_TESTS: Final[Mapping[SelfTestOutcome, tuple[str, str]]] = {
    SelfTestOutcome.PASSED: ("same bits", "as approved"),
    SelfTestOutcome.FAILED: ("other bits", "than approved"),
    SelfTestOutcome.NOT_VERIFIED: ("not verified", "the host runs this model"),
}
"""The outcome of a self-test, and what it was compared with."""

REQUESTS: Final[Mapping[RequestKind, str]] = {
    RequestKind.LOG: "Log",
    RequestKind.RESTART: "Restart",
    RequestKind.SELF_TEST: "Self-test",
    RequestKind.REPLACE_KEY: "New key",
    RequestKind.HAND_OVER: "Hand-over",
    RequestKind.LEAVE: "Leave the organisation",
}

CLAIMED_WITH: Final[Mapping[ClaimedWith, str]] = {
    ClaimedWith.CODE: "by code",
    ClaimedWith.LABEL: "by its label",
    ClaimedWith.BATCH: "by batch",
    ClaimedWith.STOCK: "as a stock client",
}

TRUST: Final[Mapping[TrustKind, tuple[str, str]]] = {
    TrustKind.SERVER: (
        "The keys of this server",
        "A person who takes over this server decides what these devices run.",
    ),
    TrustKind.HOME: (
        "A key that you keep at home",
        "These devices run only what that key signed. A person who takes over this server cannot change what they run.",
    ),
}
"""The keys that devices believe, and what that means for a server that was taken over."""

TOTALS: Final[Mapping[str, str]] = {
    "restarts": "Restarts since it joined",
    "traps": "Stopped with an error",
    "slow_runs": "Too slow",
    "fallbacks": "Went back by itself",
    "answers_dropped": "Answers lost",
}
"""The counts of `hmrd.protocol.reports.Totals`."""


def problem_text(name: str) -> ProblemText | None:
    """Returns a problem in words; None without one."""
    return PROBLEMS[ProblemName(name)] if name else None


def entry_text(kind: str, version: str) -> str:
    """Returns the line of a timeline's entry, without who did it and how it went."""
    if kind in PersonEntry.values:
        return PERSON_ENTRIES[PersonEntry(kind)]
    return EVENTS[EventKind(kind)].format(version=version or "the rune")
