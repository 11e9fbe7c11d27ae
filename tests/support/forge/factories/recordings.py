"""Recordings as bytes, and samples of a project's data, for tests."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from forge.accounts.models import User
from forge.core.blobs.links import link_owned
from forge.core.blobs.store import put_batch
from forge.datasets.actions import DataSetChange
from forge.datasets.collecting.actions import GuestTask, agree_as_collector, enter_as_guest, make_guest_link
from forge.datasets.collecting.actions.submissions import submit
from forge.datasets.collecting.task import Task
from forge.datasets.consent.actions import agree
from forge.datasets.consent_terms import DEFAULT_PURPOSES, Purpose, guest_terms_for, terms_for
from forge.datasets.models import Collector, Consent, Sample, Submission
from forge.datasets.models.samples import SampleKind
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.datasets.samples.actions import SampleOrigin, add_sample
from forge.datasets.samples.actions.store import store_sample
from forge.projects.models import Project
from rune.datasets.content.content import Content
from rune.datasets.content.read import read_content


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """A RIFF file with these chunks."""
    body = b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


def pcm_format(rate: int = 16_000, channels: int = 1, bits: int = 16, encoding: int = 1) -> tuple[bytes, bytes]:
    """The format chunk of a WAV file."""
    frame = channels * bits // 8
    return b"fmt ", struct.pack("<HHIIHH", encoding, channels, rate, rate * frame, frame, bits)


def sound(*values: int, rate: int = 16_000, extra: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    """A WAV file with these values."""
    return riff(*extra, pcm_format(rate), (b"data", struct.pack(f"<{len(values)}h", *values)))


def loud(seed: int = 0, length: int = 160) -> bytes:
    """A sound of good quality that differs from those with other seeds."""
    return sound(*((9_000 if index % 2 else -9_000) + seed for index in range(length)))


def png(*extra: tuple[bytes, bytes], width: int = 2, height: int = 1) -> bytes:
    """A PNG file with further chunks between the header and the pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(min(height, 64))))
    inner = b"".join(chunk(*each) for each in extra)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + inner + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def consent_of(
    person: User, project: Project, days: int = 90, purposes: frozenset[Purpose] = DEFAULT_PURPOSES
) -> Consent:
    """A person's consent to the terms of today."""
    return agree(person, project, purposes=purposes, days=days, text=terms_for(project, purposes, days).text)


def sample_of(consent: Consent, person: User, data: bytes | None = None, **options: Any) -> Sample:
    """A sample under a consent."""
    label = options.pop("label", "knock")
    count = consent.data_set.samples.count()
    return add_sample(
        person, consent, [loud(count) if data is None else data], label=label, origin=SampleOrigin(**options)
    )


@dataclass(frozen=True)
class LabelledRecording:
    """A recording of a file of tests, which is read once for all tests that store it."""

    data: bytes
    label: str
    origin: SampleOrigin = field(default_factory=SampleOrigin)

    @cached_property
    def content(self) -> Content:
        return read_content(self.data)


def samples_of(consent: Consent, person: User, recordings: Sequence[LabelledRecording]) -> list[Sample]:
    """Samples under a consent, stored at once as an import does: many need few statements."""
    with put_batch() as put:
        blobs = [put(each.content.data) for each in recordings]
    with (change := DataSetChange(consent.data_set_id)) as data_set:
        samples = [
            store_sample(data_set, consent, each.content, blob, each.label, each.origin, person)
            for each, blob in zip(recordings, blobs, strict=True)
        ]
        link_owned([(sample, sample.digest) for sample in samples], data_set.project.organisation_id)
        change.note(person, "data.import", count=len(samples))
    return samples


def guest_of(maker: User, project: Project, number: int = 0) -> Collector:
    """A guest of a link of their own, who agreed."""
    task = Task(SampleKind.SOUND, "knock")
    link, url, code = make_guest_link(maker, project, task, GuestTask(f"Guests {number}"))
    guest, _ = enter_as_guest(url.partition("#token=")[2], link.pk, code, f"192.0.2.{number}")
    return agree_as_collector(guest, guest_terms_for(project, link.days).text)


def submission_of(maker: User, project: Project, number: int = 0) -> Submission:
    """A recording of a guest, which waits."""
    return submit(guest_of(maker, project, number), [loud(500 + number)], device="")


def a_sound(loud: int = 1) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(bytes([loud, 0]) * 1600)
    return file.getvalue()


def new_sample(user: User, project: Project, loud: int = 1, days: int = 90) -> Sample:
    consent = recording_terms(project, days).text
    return send_sample(user, project, [a_sound(loud)], label="up", days=days, consent=consent)
