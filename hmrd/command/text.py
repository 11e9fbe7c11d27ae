"""The status for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hmrd.protocol.document_fields import NEVER, DocumentField, document_fields, pairs_fields
from rune.watch.layout import WatchLayout
from rune.watch.pairs import PairBins
from rune.wording import counted


def status_lines(status: Mapping[str, Any]) -> Iterator[str]:
    """Yields the status, a line a fact."""
    yield f"{status['agent']} on {status['board']}, key {status['key']}"
    organisation = status["organisation"]
    if organisation is None:
        yield "belongs to no organisation: hmrd enroll joins one"
    else:
        yield f"{organisation['device']} of {organisation['name']} at {organisation['server']}"
        yield _TRUST[organisation["trust"]]
    for error in status["config"]:
        yield f"hmrd.toml is not in force: {error}"
    if (recording := status["recording"]) is not None:
        yield f"records {recording['label']}: {recording['recordings']} so far, kept until {recording['until']}"
    for rune in status["runes"]:
        yield ""
        yield from _rune_lines(rune)


def _document_fields(document: Mapping[str, Any]) -> tuple[DocumentField, ...]:
    if document["is_pairs"]:
        labels = document["labels"]
        return pairs_fields(None if labels is None else PairBins(*map(tuple, labels)))
    return document_fields(None if document["layout"] is None else WatchLayout.from_json(document["layout"]))


_TRUST = {
    "server": "believes the keys that the server keeps: who takes the server over decides what runs here",
    "home": "believes the organisation's own key alone",
}


def _counts_lines(counts: Mapping[str, Any]) -> Iterator[str]:
    if counts["mode"] == "off":
        yield "  counts: none leave this device"
        return
    unsent = counts["unsent"]
    pending = f", {counted(unsent, 'document')} not sent yet" if unsent else ""
    yield f"  counts: those of each {counts['mode']} go to the server{pending}; hmrd counts shows them byte for byte"
    if counts["problem"]:
        yield f"  clock-wrong: not counted, because {counts['problem']}"


def counts_lines(result: Mapping[str, Any]) -> Iterator[str]:
    """Yields what leaves the device: each document, field by field."""
    if result["mode"] == "off":
        yield "No counts leave this device: the server does not ask for them, and none are kept."
        return
    yield f"The counts of each {result['mode']} leave this device, as these bytes and no others."
    if not result["documents"]:
        yield "Nothing was counted yet."
    for each in result["documents"]:
        data = bytes.fromhex(each["data"])
        yield ""
        yield f"{each['period']}: {len(data)} bytes" + ("" if each["is_over"] else ", if it ended now")
        for field in _document_fields(each):
            yield f"  {field.offset:3} {field.size:3}  {data[field.offset : field.end].hex()}  {field.meaning}"
    yield ""
    yield f"Never in it: {', '.join(NEVER)}."


def _shadow_text(shadow: Mapping[str, Any]) -> str:
    """Returns what a person wants to know about the rune that runs beside."""
    name = "none" if shadow["wanted"] is None else shadow["wanted"]["version"]
    if shadow["problem"] is not None:
        return f"{name}, {shadow['problem']['name']}: {shadow['problem']['detail']}"
    if shadow["is_running"]:
        return f"{name}, compared with {counted(shadow['compared'], 'answer')}; it does not answer"
    is_ready = shadow["phase"] == "beside"
    return f"{name}, ready; it runs while the server wants counts" if is_ready else f"{name}, {shadow['phase']}"


def _rune_lines(rune: Mapping[str, Any]) -> Iterator[str]:
    running, wanted_rune, other = rune["running"], rune["wanted"], rune["other"]
    what = "nothing installed" if running is None else f"{running['version']} ({running['rune'][7:19]})"
    yield f"{rune['name']}: {what}, {rune['phase']}"
    if running is not None:
        answering = f"{rune['runs']} runs since it started" if rune["is_answering"] else "does not answer now"
        over = ", its input is over" if rune["is_input_over"] else ""
        yield f"  {answering}{over}; self-test: {rune['self_test'] or 'none yet'}"
    if wanted_rune is not None and (running is None or wanted_rune["rune"] != running["rune"]):
        yield f"  wanted: {wanted_rune['version']} ({wanted_rune['rune'][7:19]})"
    if other is not None:
        yield f"  other slot: {other['version']}{'' if other['is_healthy'] else ', not healthy'}"
    if (shadow := rune["shadow"]) is not None:
        yield f"  beside: {_shadow_text(shadow)}"
    problems = [("problem", rune["problem"]), ("server", rune["server"]), *(("sink", each) for each in rune["sinks"])]
    for name, problem in problems:
        if problem is not None:
            yield f"  {name}: {problem['name']}: {problem['detail']}"
    if rune["detail"]:
        yield f"  last fault: {rune['detail']}"
    yield from _counts_lines(rune["counts"])
    if requests := rune["samples"]["requests"]:
        yield f"  samples: {counted(requests, 'request')} for your answer; hmrd collect --offers shows them"
    totals = rune["totals"]
    yield "  " + ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in totals.items())
