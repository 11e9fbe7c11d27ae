"""Validates a Yjs update before the decoder, native code that a hostile update can crash, reads it.

The decoder makes room for every count that it reads and calls itself for values in values; deleting a shared type
calls itself for the types in it. So counts must fit the bytes that follow, values nest little, and types are counted.
The form is Yjs's first update format (https://github.com/yjs/yjs/blob/main/INTERNALS.md) and, for values, that of
https://github.com/dmonad/lib0/blob/main/encoding.js. Nothing is interpreted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

VALUE_DEPTH = 32
"""Lists and maps inside each other in one value; the editors write none."""

_GC, _DELETED, _JSON, _BINARY, _STRING, _EMBED, _FORMAT, _TYPE, _ANY, _DOC, _SKIP = range(11)
_HAS_ORIGIN, _HAS_RIGHT_ORIGIN, _HAS_KEY = 0x80, 0x40, 0x20
_XML_ELEMENT, _XML_HOOK = 3, 5
_SHARED_TYPES = 7
"""Array, map, text and the four of XML; any other number the decoder reads in ways of its own."""
_BUFFER, _LIST, _MAP, _TEXT, _TRUE, _FALSE, _BIG_INTEGER, _FLOAT_64, _FLOAT_32, _INTEGER, _NULL, _UNDEFINED = range(
    116, 128
)
_FIXED_SIZES = {_TRUE: 0, _FALSE: 0, _NULL: 0, _UNDEFINED: 0, _BIG_INTEGER: 8, _FLOAT_64: 8, _FLOAT_32: 4}


class BadUpdate(ValueError):
    """Bytes that are no update, or one that would harm the decoder."""


Spans = tuple[tuple[int, int], ...]
"""Clocks of one client: from, and before; ascending."""


@dataclass(frozen=True)
class UpdateFacts:
    """The clocks that an update adds and depends on, by Yjs client; a clock counts a client's characters and values."""

    types: int
    """Shared types that it makes."""
    brings: Mapping[int, Spans]
    needs: Mapping[int, int]
    """Clocks before which all of a client must be known, for the places and the deletions that it names."""
    deletes: bool = field(default=False, compare=False)

    def fits(self, clocks: Mapping[int, int]) -> bool:
        """Returns whether all of it can be applied to a document that knows each client up to a clock."""
        new_clocks: dict[int, int] = {}
        for client, spans in self.brings.items():
            clock = clocks.get(client, 0)
            for start, end in spans:
                if start > clock:
                    return False
                clock = max(clock, end)
            new_clocks[client] = clock
        return all(
            clock <= (new_clocks[client] if client in new_clocks else clocks.get(client, 0))
            for client, clock in self.needs.items()
        )

    def note_in(self, clocks: dict[int, int]) -> None:
        """Adds what it brings to what is known. It must fit."""
        for client, spans in self.brings.items():
            if spans and spans[-1][1] > clocks.get(client, 0):
                clocks[client] = spans[-1][1]


def read_update(update: bytes) -> UpdateFacts:
    """Reads an update to its end. Raises `BadUpdate`."""
    reader = _UpdateReader(update)
    brings: dict[int, Spans] = {}
    needs: dict[int, int] = {}
    types = 0
    try:
        for _ in range(reader.count()):
            client, spans, types_of_client = _read_client(reader, needs)
            if client in brings:
                raise BadUpdate("an update names a client twice")
            brings[client] = spans
            types += types_of_client
        deleting = reader.count()
        for _ in range(deleting):  # what is deleted: a client, then ranges of clock and length
            client = reader.number()
            for _ in range(reader.count()):
                _need(needs, client, reader.number() + reader.number())
    except IndexError:
        raise BadUpdate("an update is cut short") from None
    if not reader.is_at_end:
        raise BadUpdate("bytes are left over behind an update")
    return UpdateFacts(types, brings, needs, deletes=deleting > 0)


def left_origin(update: bytes) -> tuple[int, int] | None:
    """Returns the client and the clock of the character behind which an update's first insertion is; None at the start
    of a text."""
    reader = _UpdateReader(update)
    for _ in ("clients", "structs", "client", "clock"):
        reader.number()
    return (reader.number(), reader.number()) if reader.byte() & _HAS_ORIGIN else None


def read_state_vector(state: bytes) -> dict[int, int]:
    """Up to which clock a state knows each client. Raises `BadUpdate`."""
    reader = _UpdateReader(state)
    try:
        return {reader.number(): reader.number() for _ in range(reader.count())}
    except IndexError:
        raise BadUpdate("a state vector is cut short") from None


def _need(needs: dict[int, int], client: int, clock: int) -> None:
    if clock > needs.get(client, 0):
        needs[client] = clock


class _UpdateReader:
    """Raises `IndexError` where the bytes end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._data)

    def byte(self) -> int:
        value = self._data[self._at]
        self._at += 1
        return value

    def number(self) -> int:
        value = self.byte()
        if value < 0x80:
            return value
        value &= 0x7F
        for shift in range(7, 63, 7):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise BadUpdate("a number in an update is too long")

    def count(self) -> int:
        """Returns how many things follow; each takes a byte at least."""
        count = self.number()
        if count > len(self._data) - self._at:
            raise BadUpdate("an update promises more than it holds")
        return count

    def skip(self, size: int) -> None:
        self._at += size
        if self._at > len(self._data):
            raise IndexError

    def skip_text(self) -> None:
        self.skip(self.number())

    def text_length(self) -> int:
        """Passes a text; its length in UTF-16 units, by which Yjs counts."""
        size = self.number()
        start = self._at
        self.skip(size)
        text = self._data[start : self._at]
        if text.isascii():
            return size
        try:
            return len(text.decode("utf-8").encode("utf-16-le")) // 2
        except UnicodeDecodeError:
            raise BadUpdate("a text in an update is not UTF-8") from None


def _read_client(reader: _UpdateReader, needs: dict[int, int]) -> tuple[int, Spans, int]:
    """Reads the structs of one client: the client, the clocks that they bring, and how many shared types they make."""
    structs = reader.count()
    client, clock = reader.number(), reader.number()
    spans: list[tuple[int, int]] = []
    start, types = clock, 0
    for _ in range(structs):
        length, content = _read_struct(reader, needs)
        if content == _SKIP:
            if clock > start:
                spans.append((start, clock))
            start = clock + length
        types += content == _TYPE
        clock += length
    if clock > start:
        spans.append((start, clock))
    return client, tuple(spans), types


def _read_struct(reader: _UpdateReader, needs: dict[int, int]) -> tuple[int, int]:
    """Reads one struct: its length and the kind of its content."""
    info = reader.byte()
    content = info & 0x1F
    if content in (_GC, _SKIP):
        return reader.number(), content
    for flag in (_HAS_ORIGIN, _HAS_RIGHT_ORIGIN):
        if info & flag:
            _need(needs, reader.number(), reader.number() + 1)
    if not info & (_HAS_ORIGIN | _HAS_RIGHT_ORIGIN):
        if reader.number() == 1:
            reader.skip_text()
        else:
            _need(needs, reader.number(), reader.number() + 1)
        if info & _HAS_KEY:
            reader.skip_text()
    return _read_content(reader, content), content


def _read_content(reader: _UpdateReader, content: int) -> int:
    """Passes a struct's content; its length, as Yjs counts it."""
    if content == _STRING:
        return reader.text_length()
    if content in (_BINARY, _EMBED):
        reader.skip_text()
    elif content == _DELETED:
        return reader.number()
    elif content == _JSON:
        count = reader.count()
        for _ in range(count):
            reader.skip_text()
        return count
    elif content == _FORMAT:
        reader.skip_text()
        reader.skip_text()
    elif content == _TYPE:
        kind = reader.number()
        if kind >= _SHARED_TYPES:
            raise BadUpdate(f"there is no shared type {kind}")
        if kind in (_XML_ELEMENT, _XML_HOOK):
            reader.skip_text()
    elif content == _ANY:
        count = reader.count()
        _read_values(reader, count)
        return count
    elif content == _DOC:
        reader.skip_text()
        _read_values(reader, 1)
    else:
        raise BadUpdate(f"there is no content of kind {content}")
    return 1


def _read_values(reader: _UpdateReader, values: int) -> None:
    """Values of any kind, without calling itself: what is open is a stack of how many values are still to come."""
    pending = [(values, False)]
    while pending:
        left, has_keys = pending.pop()
        if not left:
            continue
        pending.append((left - 1, has_keys))
        if has_keys:
            reader.skip_text()
        kind = reader.byte()
        if kind in (_LIST, _MAP):
            if len(pending) > VALUE_DEPTH:
                raise BadUpdate(f"values nest more than {VALUE_DEPTH} deep")
            pending.append((reader.count(), kind == _MAP))
        elif kind in (_TEXT, _BUFFER):
            reader.skip_text()
        elif kind == _INTEGER:
            reader.number()
        elif kind in _FIXED_SIZES:
            reader.skip(_FIXED_SIZES[kind])
        else:
            raise BadUpdate(f"there is no value of kind {kind}")
