"""Looking through a Yjs update before the decoder does: it is not Python, and what it trusts can end the process.

The decoder makes room for every count that it reads and calls itself for values in values; deleting a shared type
calls itself for the types in it. So counts must fit the bytes that follow, values nest little, and types are counted.
The form is Yjs's first update format (https://github.com/yjs/yjs/blob/main/INTERNALS.md) and, for values, that of
https://github.com/dmonad/lib0/blob/main/encoding.js. Nothing is interpreted here.
"""

from __future__ import annotations

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


def shared_types_in(update: bytes) -> int:
    """Reads an update to its end; answers how many shared types it makes. Raises `BadUpdate`."""
    reader = _Reader(update)
    try:
        types = sum(_read_client(reader) for _ in range(reader.count()))
        for _ in range(reader.count()):  # what is deleted: a client, then ranges of clock and length
            reader.number()
            for _ in range(reader.count()):
                reader.number()
                reader.number()
    except IndexError:
        raise BadUpdate("an update is cut short") from None
    if not reader.is_at_end:
        raise BadUpdate("bytes are left over behind an update")
    return types


class _Reader:
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
        """How many things follow; each takes a byte at least."""
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


def _read_client(reader: _Reader) -> int:
    structs = reader.count()
    reader.number()  # client
    reader.number()  # clock
    return sum(_read_struct(reader) for _ in range(structs))


def _read_struct(reader: _Reader) -> int:
    """One struct; 1 when it is a shared type."""
    info = reader.byte()
    content = info & 0x1F
    if content in (_GC, _SKIP):
        reader.number()
        return 0
    for flag in (_HAS_ORIGIN, _HAS_RIGHT_ORIGIN):
        if info & flag:
            reader.number()
            reader.number()
    if not info & (_HAS_ORIGIN | _HAS_RIGHT_ORIGIN):
        if reader.number() == 1:
            reader.skip_text()
        else:
            reader.number()
            reader.number()
        if info & _HAS_KEY:
            reader.skip_text()
    _read_content(reader, content)
    return int(content == _TYPE)


def _read_content(reader: _Reader, content: int) -> None:
    if content in (_STRING, _BINARY, _EMBED):
        reader.skip_text()
    elif content == _DELETED:
        reader.number()
    elif content == _JSON:
        for _ in range(reader.count()):
            reader.skip_text()
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
        _read_values(reader, reader.count())
    elif content == _DOC:
        reader.skip_text()
        _read_values(reader, 1)
    else:
        raise BadUpdate(f"there is no content of kind {content}")


def _read_values(reader: _Reader, values: int) -> None:
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
