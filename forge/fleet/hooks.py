"""The hooks of devices: groups follow them, and what a floor above signed goes to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from forge.accounts.models import Organisation
from forge.core.actors import Actor
from forge.core.hooks import Hook
from forge.fleet.models import Device
from hmrd.protocol.counts import DocumentAnswer
from hmrd.protocol.samples import OfferAnswer, SampleOffer, SampleReply, SampleWindow


@dataclass(frozen=True)
class DeviceCard:
    """A card on the page of a device: a template, and what it shows as `card`."""

    template: str
    content: Any


devices_changed: Hook[[Organisation, Collection[UUID]], None] = Hook()
"""Chooses anew what devices shall run, by their ids. It is called in the transaction in which they joined or were
retired, or in which their names, boards or labels changed."""

device_handed_over: Hook[[Device], None] = Hook()
"""Deletes what a higher floor knows of a device for its former organisation. It is called in the transaction in which
the device goes to another one."""

documents_arrived: Hook[[Device, Sequence[bytes], datetime], Sequence[DocumentAnswer]] = Hook()
"""Takes documents of counts that the key of a device sent (`hmrd.protocol.counts`), and answers each of them."""

sample_offers: Hook[[Device], Sequence[SampleOffer]] = Hook()
"""Returns the open requests for samples of a device, which counts (`hmrd.protocol.samples`)."""

sample_answer_arrived: Hook[[Device, OfferAnswer], SampleReply] = Hook()
"""Takes the answer of a device's owner to a request for samples."""

sample_window_arrived: Hook[[Device, SampleWindow], SampleReply] = Hook()
"""Takes a window that a device's owner chose."""

device_cards: Hook[[Actor, Device], DeviceCard] = Hook()
"""Returns what a higher floor shows on the page of a device."""

first_root: Hook[[Organisation], str | None] = Hook()
"""Returns the digest of the first root document that devices of an organisation accept; None before one was signed."""


@dataclass(frozen=True)
class StockImage:
    """The image of a release that stock clients install: bytes that the organisation signed with its own key."""

    name: str
    """A file name; the ending says for which client it is, such as `door-knock.swu`."""
    digest: str
    size: int
    sha1: str
    md5: str


stock_image: Hook[[UUID, int], StockImage | None] = Hook()
"""Returns the image of a release, by the deployment's id and the release's number; None of one without an image. The
caller has checked that a device shall run this release."""


@dataclass(frozen=True)
class DeviceRollout:
    """The part of a device in a rollout: its title, its page, and a sentence."""

    title: str
    url: str
    sentence: str


device_rollout: Hook[[Device], DeviceRollout | None] = Hook()
"""Returns the part of a device in the rollout that decides which release it runs; None without one. The caller has
found the device with its assignment."""
