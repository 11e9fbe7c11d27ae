"""Requests for samples, as a person at the device sees and answers them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from hmrd.protocol.reading import BadDeviceMessage, Fields
from hmrd.protocol.samples import MOST_PURPOSES, MOST_WINDOWS, AnswerKind, SampleOffer, WindowBins
from hmrd.running.checks import layout_of
from hmrd.sample_requests import OwnerAnswer, OwnerAnswerRefused, StoredWindow, windows_for
from hmrd.service.rune_service import RuneService
from rune.watch.description import counted_groups
from rune.watch.layout import WatchLayout

_ID_LENGTH = 36


def offers_of(service: RuneService) -> Mapping[str, Any]:
    """Returns the requests and the kept windows, in words."""
    samples = service.samples
    ledger, layouts = samples.ledger, layouts_of(service)
    return {
        "is_on": samples.is_on,
        "offers": [_offer_to_json(service, each) for each in samples.open_offers()],
        "windows": [_window_to_json(each, layouts.get(each.rune)) for each in ledger.windows],
        "answered": [_answer_to_json(each) for each in ledger.answers],
    }


def stored_window(service: RuneService, fields: Fields) -> Mapping[str, Any]:
    """Returns a window as a file. Raises `OwnerAnswerRefused`."""
    number = fields.integer("number", 1)
    window = service.samples.data_of(number)
    if window is None:
        raise OwnerAnswerRefused(f"Window {number} is not kept. hmrd collect --offers shows those that are.")
    ending, data = window
    return {"ending": ending, "data": base64.b64encode(data).decode()}


def answer_offer(service: RuneService, fields: Fields) -> Mapping[str, Any]:
    """Takes the answer of the owner. Raises `OwnerAnswerRefused` and `StorageFailed`."""
    begin, kind = fields.text("id", _ID_LENGTH), fields.choice("kind", AnswerKind)
    samples = service.samples
    if kind is AnswerKind.TAKE_BACK:
        request = _only([each.request for each in samples.ledger.answers if each.request.startswith(begin)], begin)
        samples.answer_no(request, kind)
        return {"request": request}
    offers = {each.id: each for each in samples.open_offers() if each.id.startswith(begin)}
    offer = offers[_only(list(offers), begin)]
    if kind is AnswerKind.NO:
        samples.answer_no(offer.id, kind)
        return {"request": offer.id}
    purposes = fields.items("purposes", _text, MOST_PURPOSES) if fields.has("purposes") else None
    windows = fields.items("windows", _number, MOST_WINDOWS) if fields.has("windows") else None
    answer = samples.answer_yes(offer, purposes, windows)
    return {"request": offer.id, "windows": list(answer.windows), "text": offer.terms.text(answer.purposes)}


def _only(ids: list[str], begin: str) -> str:
    if len(ids) != 1 or not begin:
        reason = "Several requests begin with" if ids and begin else "No request begins with"
        raise OwnerAnswerRefused(f"{reason} {begin or 'that'}. hmrd collect --offers shows them.")
    return ids[0]


def _offer_to_json(service: RuneService, offer: SampleOffer) -> Mapping[str, Any]:
    ledger = service.samples.ledger
    answer = ledger.answer_to(offer.id)
    return {
        "id": offer.id,
        "asks": offer.asks,
        "most": offer.most,
        "ends": offer.ends,
        "purposes": sorted(offer.terms.requested_purposes),
        "text": offer.terms.text(offer.terms.requested_purposes),
        "windows": [each.number for each in windows_for(ledger, offer)],
        "answer": None if answer is None else _answer_to_json(answer),
    }


def _answer_to_json(answer: OwnerAnswer) -> Mapping[str, Any]:
    return {
        "request": answer.request,
        "kind": str(answer.kind),
        "purposes": list(answer.purposes),
        "is_reported": answer.is_reported,
        "unsent": len(answer.windows),
        "sent": answer.sent,
        "refusal": answer.refusal,
    }


def _window_to_json(window: StoredWindow, layout: WatchLayout | None) -> Mapping[str, Any]:
    text = "" if layout is None else bins_text(window.bins, layout)
    return {
        "number": window.number,
        "at": window.at,
        "text": text,
        "is_odd": window.is_odd,
        "ending": window.ending,
        "size": window.size,
    }


def bins_text(bins: WindowBins, layout: WatchLayout) -> str:
    """Returns an answer in words: `the answer "knock", a confidence below 25 %`."""
    places = (bins.label, bins.confidence, *bins.features)
    pairs = zip(counted_groups(layout), places, strict=False)
    return ", ".join(group.bins[place] for group, place in pairs if place is not None and place < len(group.bins))


def layouts_of(service: RuneService) -> Mapping[str, WatchLayout]:
    """Returns what the runes of both slots count, by their digests."""
    layouts = {}
    for number, slot in enumerate(service.machine.state.slots):
        data = None if slot is None else service.slots.read(number, slot.rune)
        if slot is not None and data is not None:
            layouts[slot.rune.rune] = layout_of(data)
    return layouts


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BadDeviceMessage("A purpose is a word such as training.")
    return value


def _number(value: object) -> int:
    return Fields({"window": value}).integer("window", 1)
