"""Anchors: what a thread may be about, and what it still says when that is gone."""

from __future__ import annotations

import io
import wave
from typing import Any
from uuid import uuid4

import pytest

from forge.datasets.models import Sample
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.reviews.threads.anchoring import find_anchor
from forge.reviews.threads.anchors import Anchor, AnchorKind, AnchorRequest, BadAnchor, element_id, read_key
from tests.support.cases import each_case
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.samples import withdraw_sample

HERE = {"name": "memory", "title": "Memory", "value": "116 B"}


@each_case(
    ("key", "anchor_request"),
    [
        ("", AnchorRequest()),
        ("build", AnchorRequest()),
        ("figure:memory", AnchorRequest(AnchorKind.FIGURE, "memory")),
        ("stage:a:b", AnchorRequest(AnchorKind.STAGE, "a:b")),
        ("line:17:models/a:b.txt", AnchorRequest(AnchorKind.LINE, "models/a:b.txt", 17)),
        ("moment:1400:x", AnchorRequest(AnchorKind.MOMENT, "x", 1400)),
    ],
)
def test_a_key_says_where(key: str, anchor_request: AnchorRequest) -> None:
    assert read_key(key) == anchor_request


@each_case(
    "key",
    [
        "result:x",
        "figure:",
        "line:x:y",
        "line:7",
        "line:-1:x",
        "line:٣:x",
        "line:9999999999:x",
        "else",
        "stage:" + "x" * 300,
    ],
)
def test_what_names_nothing_is_refused(key: str) -> None:
    with pytest.raises(BadAnchor):
        read_key(key)


@pytest.mark.parametrize(
    "anchor",
    [
        Anchor(),
        Anchor(AnchorKind.FIGURE, HERE),
        Anchor(AnchorKind.LINE, {"file": "a b.yml", "line": 3, "text": "x"}),
    ],
)
def test_the_key_of_an_anchor_leads_back_to_it(anchor: Anchor) -> None:
    parts = read_key(anchor.key)
    assert (parts.kind, parts.number) == (anchor.kind, anchor.place.get("line", 0))


def test_two_keys_are_never_one_element() -> None:
    keys = ["stage:a b", "stage:a~20b", "stage:a_b", "stage:ab"]
    assert len({element_id(key) for key in keys}) == len(keys)
    assert all(" " not in element_id(key) for key in keys)


def wav(seconds: float) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(1000)
        sound.writeframes(b"\1\0" * round(1000 * seconds))
    return buffer.getvalue()


def new_sample(person: Any, project: Project, recording: bytes, label: str = "up") -> Sample:
    terms = recording_terms(project).text
    return send_sample(person, project, [recording], label=label, days=90, consent=terms)


@pytest.mark.slow
@pytest.mark.django_db
def test_an_anchor_has_the_words_of_what_it_names(project: Any, developer: Any) -> None:
    write_file(developer, project, "notes.txt", b"one\n  two\n")
    sound = new_sample(developer, project, wav(2))
    build = built(developer, project)
    cases = [
        (AnchorRequest(), "The build", ""),
        (AnchorRequest(AnchorKind.FIGURE, "size"), "Size", "5.1 kB"),
        (AnchorRequest(AnchorKind.STAGE, "out"), "Stage out", "SERIAL"),
        (AnchorRequest(AnchorKind.LINE, "notes.txt", 2), "notes.txt, line 2", "two"),
        (AnchorRequest(AnchorKind.SAMPLE, str(sound.pk)), "Sample up", ""),
        (AnchorRequest(AnchorKind.MOMENT, str(sound.pk), 1400), "Sample up at 1.4 s", ""),
    ]
    descriptions = [
        (anchor.title, anchor.detail) for request, _, _ in cases for anchor in [find_anchor(developer, build, request)]
    ]
    assert descriptions == [(title, detail) for _, title, detail in cases]


@pytest.mark.slow
@pytest.mark.protects("recordings/wrong-results")
@pytest.mark.django_db
def test_what_the_build_has_not_is_refused(project: Any, developer: Any, stranger: Any) -> None:
    write_file(developer, project, "notes.txt", b"one\n")
    write_file(developer, project, "photo.bin", b"\xff\xfe\n")
    sound, motion = new_sample(developer, project, wav(2)), new_sample(developer, project, b"1,2,3\n", "moved")
    withdrawn = new_sample(developer, project, b"4,5,6\n", "gone")
    withdraw_sample(developer, withdrawn.pk)
    build = built(developer, project)
    for request in (
        AnchorRequest(AnchorKind.FIGURE, "accuracy"),
        AnchorRequest(AnchorKind.STAGE, "nobody"),
        AnchorRequest(AnchorKind.LINE, "notes.txt", 0),
        AnchorRequest(AnchorKind.LINE, "notes.txt", 2),
        AnchorRequest(AnchorKind.LINE, "photo.bin", 1),
        AnchorRequest(AnchorKind.LINE, "none.txt", 1),
        AnchorRequest(AnchorKind.SAMPLE, str(uuid4())),
        AnchorRequest(AnchorKind.SAMPLE, "no id"),
        AnchorRequest(AnchorKind.SAMPLE, str(withdrawn.pk)),
        AnchorRequest(AnchorKind.MOMENT, str(sound.pk), 2001),
        AnchorRequest(AnchorKind.MOMENT, str(motion.pk), 0),
        AnchorRequest(AnchorKind.RESULT, str(sound.pk)),
    ):
        with pytest.raises(BadAnchor):
            find_anchor(developer, build, request)
    with pytest.raises(BadAnchor):
        find_anchor(stranger, build, AnchorRequest(AnchorKind.SAMPLE, str(sound.pk)))
