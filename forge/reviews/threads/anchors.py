"""The anchor of a thread: a build, or one thing of it. Pure data: a kind, and the place with the words that name it.

An `AnchorRequest` says where somebody wants to begin a thread, and comes from outside.
`forge.reviews.threads.anchoring` compares it with what is there and makes an `Anchor` of it, which stays readable when
what it names is gone. The key of both, such as `line:17:Runefile.yml`, is what pages have in links and forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from forge.core.errors import Invalid

LONGEST_KEY = 300


class AnchorKind(StrEnum):
    """The kind of a thread's anchor."""

    BUILD = "build"
    FIGURE = "figure"
    STAGE = "stage"
    LINE = "line"
    SAMPLE = "sample"
    MOMENT = "moment"
    RESULT = "result"


Value = str | int
Place = Mapping[str, Value]


class BadAnchor(Invalid):
    """A place that a comment cannot be anchored to."""

    title = "A comment cannot be put there"


@dataclass(frozen=True)
class AnchorRequest:
    """The requested place of a thread; nothing of it is checked against a build.

    `name` is a figure's, a stage's or a sample's (its id), or a file's path. `number` is a line from 1, or the
    milliseconds of a moment.
    """

    kind: AnchorKind = AnchorKind.BUILD
    name: str = ""
    number: int = 0


WHOLE_BUILD = AnchorRequest()


@dataclass(frozen=True)
class Anchor:
    """The place of a thread. `place` has what finds it again, and the words that it had when the thread began."""

    kind: AnchorKind = AnchorKind.BUILD
    place: Place = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name of the place in links and forms; threads about a sample are shown at the sample."""
        match self.kind:
            case AnchorKind.BUILD:
                return AnchorKind.BUILD
            case AnchorKind.FIGURE | AnchorKind.STAGE:
                return f"{self.kind}:{self.place['name']}"
            case AnchorKind.LINE:
                return f"{self.kind}:{self.place['line']}:{self.place['file']}"
            case AnchorKind.MOMENT:
                return f"{self.kind}:{self.place['at']}:{self.place['sample']}"
            case AnchorKind.SAMPLE | AnchorKind.RESULT:
                return f"{AnchorKind.SAMPLE}:{self.place['sample']}"

    @property
    def spot(self) -> str:
        """The key of what a page has of it: a moment is found at its recording."""
        return f"{AnchorKind.SAMPLE}:{self.place['sample']}" if self.kind is AnchorKind.MOMENT else self.key

    @property
    def sample(self) -> UUID | None:
        """The id of the sample that it is about."""
        sample_id = self.place.get("sample")
        return None if sample_id is None else UUID(str(sample_id))

    @property
    def title(self) -> str:
        """The subject, in words."""
        place = self.place
        match self.kind:
            case AnchorKind.BUILD:
                return str(place.get("title", "The build"))
            case AnchorKind.FIGURE:
                return str(place["title"])
            case AnchorKind.STAGE:
                return f"Stage {place['name']}"
            case AnchorKind.LINE:
                return f"{place['file']}, line {place['line']}"
            case AnchorKind.SAMPLE:
                return f"Sample {place['label']}"
            case AnchorKind.MOMENT:
                return f"Sample {place['label']} at {seconds_text(int(place['at']))}"
            case AnchorKind.RESULT:
                return "Wrong result"

    @property
    def detail(self) -> str:
        """The text at that place when the thread began; "" where the title says all."""
        place = self.place
        match self.kind:
            case AnchorKind.FIGURE:
                return str(place["value"])
            case AnchorKind.STAGE:
                return str(place["detail"])
            case AnchorKind.LINE:
                return str(place["text"])
            case AnchorKind.RESULT:
                return f"It said {place['answer'] or 'nothing'}; right is {place['label']}"
            case _:
                return ""


WHOLE_CHANGE = Anchor(AnchorKind.BUILD, {"title": "The change"})
"""The anchor of each thread about a change request."""


def seconds_text(milliseconds: int) -> str:
    """`1.4 s`."""
    return f"{milliseconds / 1000:.1f} s"


def read_key(key: str) -> AnchorRequest:
    """Returns the requested place of a thread from a key; "" is the whole build. Raises `BadAnchor`."""
    if len(key) > LONGEST_KEY:
        raise BadAnchor("This names nothing of the build.")
    word, _, rest = key.partition(":")
    if word in ("", AnchorKind.BUILD):
        return WHOLE_BUILD
    if word in (AnchorKind.FIGURE, AnchorKind.STAGE, AnchorKind.SAMPLE) and rest:
        return AnchorRequest(AnchorKind(word), rest)
    if word in (AnchorKind.LINE, AnchorKind.MOMENT):
        number, _, name = rest.partition(":")
        if number.isascii() and number.isdigit() and len(number) < 10 and name:
            return AnchorRequest(AnchorKind(word), name, int(number))
    raise BadAnchor("This names nothing of the build.")


def element_id(key: str) -> str:
    """The id of the element of a page that has this key: the same letters, and others as their code points."""
    return "at-" + "".join(letter if letter.isalnum() or letter in "-_.:" else f"~{ord(letter):x}" for letter in key)
