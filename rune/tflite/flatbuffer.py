"""Decodes a flatbuffer while verifying it: no byte is read before its place was proven to be inside the file.

It knows tables by `schema.py` and nothing of what they mean. The schema has no table that contains itself, so depth is
bounded. Work is bounded by budgets: a small file may point to the same bytes many times, so each pointer counts anew.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, TypeAlias

from rune.tflite.errors import ModelError
from rune.tflite.schema import TABLES, UNIONS, Field, FieldForm

TABLE_LIMIT: Final = 65_536
"""Tables in one file, counted as often as they are pointed to. A model of 10,000 operators has about 60,000."""

NUMBER_LIMIT: Final = 2_000_000
"""Numbers in all vectors together. Weights are bytes and do not count."""

TEXT_LIMIT: Final = 16_000_000
"""Bytes in all strings together."""

Value: TypeAlias = "int | float | bool | str | memoryview | tuple[int | float | bool, ...] | Table | tuple[Table, ...]"


@dataclass(frozen=True, slots=True)
class Table:
    """One verified table: its fields by name (those that are absent are missing) and where each of them stands."""

    kind: str
    offset: int
    fields: dict[str, Value]
    places: dict[str, int]

    def place(self, name: str) -> int:
        """Where to point when this field is wrong: the field, or the table when the field is absent."""
        return self.places.get(name, self.offset)

    def number(self, name: str) -> int:
        """An integer; the schema's default when absent."""
        value = self.fields.get(name, _DEFAULTS[self.kind].get(name, 0))
        assert isinstance(value, int)  # noqa: S101 (the schema says so)
        return value

    def real(self, name: str) -> float:
        """A float; the schema's default when absent."""
        value = self.fields.get(name, _DEFAULTS[self.kind].get(name, 0.0))
        assert isinstance(value, (int, float))  # noqa: S101
        return float(value)

    def flag(self, name: str) -> bool:
        return bool(self.number(name))

    def text(self, name: str) -> str:
        """A string; empty when absent."""
        value = self.fields.get(name, "")
        assert isinstance(value, str)  # noqa: S101
        return value

    def bytes(self, name: str) -> memoryview | None:
        value = self.fields.get(name)
        assert value is None or isinstance(value, memoryview)  # noqa: S101
        return value

    def integers(self, name: str) -> tuple[int, ...]:
        """A vector of integers; empty when absent."""
        return self.fields.get(name, ())  # type: ignore[return-value]

    def floats(self, name: str) -> tuple[float, ...]:
        """A vector of floats; empty when absent."""
        return self.fields.get(name, ())  # type: ignore[return-value]

    def table(self, name: str) -> Table | None:
        value = self.fields.get(name)
        assert value is None or isinstance(value, Table)  # noqa: S101
        return value

    def tables(self, name: str) -> tuple[Table, ...]:
        """A vector of tables; empty when absent."""
        return self.fields.get(name, ())  # type: ignore[return-value]


_DEFAULTS: Final = {
    kind: {field.name: field.default for field in fields if field.form is FieldForm.NUMBER}
    for kind, fields in TABLES.items()
}
_TABLE_WORDS: Final = {kind: (f"a {kind} table", f"the field list of a {kind} table") for kind in TABLES}
_SLOT_COUNTS: Final = {kind: fields[-1].slot + 2 if fields else 0 for kind, fields in TABLES.items()}
_VTABLE: Final = struct.Struct("<HH")
_U32: Final = struct.Struct("<I")
_I32: Final = struct.Struct("<i")


def decode(data: memoryview, kind: str) -> Table:
    """The root table, with everything that it points to. `data` is of unsigned bytes. Raises `ModelError`."""
    return _Decoder(data).root(kind)


class _Decoder:
    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._size = len(data)
        self._tables_left = TABLE_LIMIT
        self._numbers_left = NUMBER_LIMIT
        self._text_left = TEXT_LIMIT

    def root(self, kind: str) -> Table:
        return self._table(self._follow(0, "the root table"), kind)

    def _inside(self, at: int, length: int, alignment: int, what: str, blame: int | None = None) -> int:
        """`at`, once it is proven that `length` bytes stand there, aligned. `blame` is what leads there, else `at`."""
        place = at if blame is None else blame
        if at < 0 or at + length > self._size:
            beyond = f"the end of the file of {self._size} bytes; it may be cut short" if at >= 0 else "its start"
            raise ModelError(f"The model is damaged: {what} lies beyond {beyond}", place)
        if at % alignment:
            raise ModelError(f"The model is damaged: {what} is not aligned to {alignment} bytes", place)
        return at

    def _follow(self, at: int, what: str) -> int:
        """Where the offset that stands at `at` leads. It only leads forwards."""
        self._inside(at, 4, 4, f"the offset of {what}")
        offset: int = _U32.unpack_from(self._data, at)[0]
        if offset == 0:
            raise ModelError(f"The model is damaged: the offset of {what} is zero", at)
        if at + offset > self._size:
            raise ModelError(
                f"The model is damaged: the offset of {what} leads to byte {at + offset}, beyond the end of the file "
                f"of {self._size} bytes; it may be cut short",
                at,
            )
        return at + offset

    def _table(self, at: int, kind: str) -> Table:
        self._tables_left -= 1
        if self._tables_left < 0:
            raise ModelError(f"The model has more than {TABLE_LIMIT} tables", at)
        words = _TABLE_WORDS[kind]
        self._inside(at, 4, 4, words[0])
        vtable = at - _I32.unpack_from(self._data, at)[0]
        self._inside(vtable, 4, 2, words[1], at)
        vtable_size, table_size = _VTABLE.unpack_from(self._data, vtable)
        if vtable_size < 4 or vtable_size % 2:
            raise ModelError(f"The model is damaged: {words[1]} has {vtable_size} bytes", vtable)
        self._inside(vtable, vtable_size, 2, words[1])
        if table_size < 4:
            raise ModelError(f"The model is damaged: {words[0]} has {table_size} bytes", vtable + 2)
        self._inside(at, table_size, 4, words[0], vtable + 2)
        # Slots that a newer version of the format added are not looked at.
        slots = struct.unpack_from(f"<{min(vtable_size // 2 - 2, _SLOT_COUNTS[kind])}H", self._data, vtable + 4)
        table = Table(kind, at, {}, {})
        for field in TABLES[kind]:
            if field.slot >= len(slots):
                break
            self._field(table, table_size, slots, field)
        return table

    def _field(self, table: Table, table_size: int, slots: tuple[int, ...], field: Field) -> None:
        if field.form is FieldForm.UNION:
            self._union(table, table_size, slots, field)
            return
        number = field.form is FieldForm.NUMBER
        at = self._slot(table, table_size, slots, field, field.slot, field.width if number else 4)
        if not at:
            return
        value: Value
        match field.form:
            case FieldForm.NUMBER:
                value = struct.unpack_from("<" + field.code, self._data, at)[0]
            case FieldForm.TABLE:
                value = self._table(self._follow(at, field.words), field.table)
            case FieldForm.TABLES:
                value = self._tables(self._follow(at, field.words), field)
            case _:
                value = self._vector(self._follow(at, field.words), field)
        table.fields[field.name] = value
        table.places[field.name] = at

    def _union(self, table: Table, table_size: int, slots: tuple[int, ...], field: Field) -> None:
        """A type number in one slot, the table in the next."""
        type_at = self._slot(table, table_size, slots, field, field.slot, 1)
        at = self._slot(table, table_size, slots, field, field.slot + 1, 4)
        number = self._data[type_at] if type_at else 0
        members = UNIONS[field.table]
        if not at or not 1 <= number <= len(members):
            # None, or of a type that a newer version of the format added: there is nothing that we could check.
            return
        table.fields[field.name] = self._table(self._follow(at, field.words), members[number - 1])
        table.places[field.name] = at

    def _slot(self, table: Table, table_size: int, slots: tuple[int, ...], field: Field, slot: int, width: int) -> int:
        """Where a field stands, or 0 when it is absent. The table itself was proven to be inside the file."""
        inner = slots[slot] if slot < len(slots) else 0
        if inner == 0:
            return 0
        at = table.offset + inner
        if inner < 4 or inner + width > table_size:
            raise ModelError(f"The model is damaged: {field.name} stands outside of its {table.kind} table", at)
        if at % width:
            raise ModelError(f"The model is damaged: {field.words} is not aligned to {width} bytes", at)
        return at

    def _length(self, at: int, width: int, what: str) -> int:
        self._inside(at, 4, 4, what)
        length: int = _U32.unpack_from(self._data, at)[0]
        if at + 4 + length * width > self._size:
            raise ModelError(
                f"The model is damaged: {what} says that it has {length} elements, more than the rest of the file "
                "holds; it may be cut short",
                at,
            )
        return length

    def _vector(self, at: int, field: Field) -> Value:
        length = self._length(at, field.width, field.words)
        start = at + 4
        if field.form is FieldForm.BYTES:
            return self._data[start : start + length]
        if field.form is FieldForm.TEXT:
            self._text_left -= length
            if self._text_left < 0:
                raise ModelError(f"The model's names have more than {TEXT_LIMIT} bytes", at)
            return str(self._data[start : start + length], "utf-8", "replace")
        self._numbers_left -= length
        if self._numbers_left < 0:
            raise ModelError(f"The model's tables have more than {NUMBER_LIMIT} numbers", at)
        return struct.unpack_from(f"<{length}{field.code}", self._data, start)

    def _tables(self, at: int, field: Field) -> tuple[Table, ...]:
        length = self._length(at, 4, field.words)
        if length > self._tables_left:
            raise ModelError(f"The model has more than {TABLE_LIMIT} tables", at)
        words = f"an element of {field.words}"
        return tuple(
            self._table(self._follow(place, words), field.table) for place in range(at + 4, at + 4 + 4 * length, 4)
        )
