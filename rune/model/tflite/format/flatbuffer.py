"""Decodes a flatbuffer while verifying it: no byte is read before its offset was checked against the file's size.

It knows tables by `schema.py` and nothing of what they mean. The schema has no table that contains itself, so depth is
bounded. Work is bounded by budgets: a small file may point to the same bytes many times, so each pointer counts anew.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from rune.model.tflite.errors import ModelError
from rune.model.tflite.format.schema import TABLES, UNIONS, FieldForm, SchemaField

TABLE_LIMIT: Final = 20_480
"""Tables in one file, counted as often as they are pointed to. A model of 3,500 operators has about as many;
the largest of the real ones that a build was tried with has 1,631. So many are looked at in a tenth of a second."""

LAYOUT_LIMIT: Final = 2_048
"""Different field lists in one file. Writers share them among tables; real models have fewer than a hundred."""

NUMBER_LIMIT: Final = 2_000_000
"""Numbers in all vectors together. Weights are bytes and do not count."""

TEXT_LIMIT: Final = 16_000_000
"""Bytes in all strings together."""

Value: TypeAlias = (
    "int | float | bool | str | memoryview | tuple[int | float | bool, ...] | FlatTable | tuple[FlatTable, ...]"
)


@dataclass(eq=False, slots=True)
class FlatTable:
    """One verified table: its fields by name (those that are absent are missing) and where each of them stands.

    `inner` are places relative to the table, shared by all tables of one layout. Nothing changes a table; it is not
    frozen because a large model has tens of thousands, and those would take twice as long to make.
    """

    kind: str
    offset: int
    fields: dict[str, Value]
    inner: Mapping[str, int]

    def place(self, name: str) -> int:
        """Returns where to point when this field is wrong: the field, or the table when the field is absent."""
        return self.offset + self.inner.get(name, 0)

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

    def table(self, name: str) -> FlatTable | None:
        value = self.fields.get(name)
        assert value is None or isinstance(value, FlatTable)  # noqa: S101
        return value

    def tables(self, name: str) -> tuple[FlatTable, ...]:
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
# Asked for once a field: a member of an enumeration takes several times as long to find.
_TABLE, _TABLES, _BYTES, _TEXT = FieldForm.TABLE, FieldForm.TABLES, FieldForm.BYTES, FieldForm.TEXT


@dataclass(frozen=True, slots=True)
class _TableLayout:
    """Where the fields of a table stand, relative to it: proven to be inside of it and aligned.

    `reader` reads all numbers and offsets at one go, in the order of `names`; None where fields overlap, which no
    writer does. Behind the offsets stand `pointer_fields`, in the order of their slots.
    """

    kind: str
    size: int
    names: tuple[str, ...]
    reader: struct.Struct | None
    inner: Mapping[str, int]
    codes: tuple[struct.Struct, ...]
    pointer_fields: tuple[tuple[SchemaField, int], ...]
    """Fields with the places of their offsets."""
    unions: tuple[tuple[SchemaField, int], ...]
    """Unions with the place of the number that says which table it is."""

    def values(self, data: memoryview, at: int) -> tuple[int | float | bool, ...]:
        """The numbers and offsets of the table at `at`."""
        if self.reader is not None:
            return self.reader.unpack_from(data, at)
        return tuple(
            code.unpack_from(data, at + self.inner[name])[0] for name, code in zip(self.names, self.codes, strict=True)
        )


def decode(data: memoryview, kind: str) -> FlatTable:
    """The root table, with everything that it points to. `data` is of unsigned bytes. Raises `ModelError`."""
    return _Decoder(data).root(kind)


class _Decoder:
    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._size = len(data)
        self._tables_left = TABLE_LIMIT
        self._numbers_left = NUMBER_LIMIT
        self._text_left = TEXT_LIMIT
        self._layouts: dict[tuple[str, int, int], _TableLayout] = {}
        """By kind, place of the field list, and the table's place within 8 bytes, on which alignment depends."""
        self._different: dict[tuple[str, bytes, int], _TableLayout] = {}
        """The same by what the field list says."""

    def root(self, kind: str) -> FlatTable:
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
        """Returns where the offset that stands at `at` leads. It only leads forwards."""
        self._inside(at, 4, 4, f"the offset of {what}")
        return self._target(at, _U32.unpack_from(self._data, at)[0], what)

    def _target(self, at: int, offset: int, what: str) -> int:
        """Returns where `offset`, which stands at `at`, leads."""
        if offset == 0:
            raise ModelError(f"The model is damaged: the offset of {what} is zero", at)
        if at + offset > self._size:
            raise ModelError(
                f"The model is damaged: the offset of {what} leads to byte {at + offset}, beyond the end of the file "
                f"of {self._size} bytes; it may be cut short",
                at,
            )
        return at + offset

    def _table(self, at: int, kind: str) -> FlatTable:
        self._tables_left -= 1
        if self._tables_left < 0:
            raise ModelError(f"The model has more than {TABLE_LIMIT} tables", at)
        return self._content(at, self._layout(at, kind))

    def _layout(self, at: int, kind: str) -> _TableLayout:
        """The layout of the table at `at`, which is proven to be inside the file."""
        if at + 4 > self._size or at % 4:
            self._inside(at, 4, 4, _TABLE_WORDS[kind][0])
        vtable = at - _I32.unpack_from(self._data, at)[0]
        layout = self._layouts.get((kind, vtable, at % 8))
        if layout is None:
            layout = self._layouts[kind, vtable, at % 8] = self._new_layout(at, vtable, kind)
        if at + layout.size > self._size:
            self._inside(at, layout.size, 4, _TABLE_WORDS[kind][0], vtable + 2)
        return layout

    def _new_layout(self, at: int, vtable: int, kind: str) -> _TableLayout:
        words = _TABLE_WORDS[kind]
        self._inside(vtable, 4, 2, words[1], at)
        vtable_size, table_size = _VTABLE.unpack_from(self._data, vtable)
        if vtable_size < 4 or vtable_size % 2:
            raise ModelError(f"The model is damaged: {words[1]} has {vtable_size} bytes", vtable)
        self._inside(vtable, vtable_size, 2, words[1])
        if table_size < 4:
            raise ModelError(f"The model is damaged: {words[0]} has {table_size} bytes", vtable + 2)
        # Slots that a newer version of the format added are not looked at.
        count = min(vtable_size // 2 - 2, _SLOT_COUNTS[kind])
        key = (kind, bytes(self._data[vtable + 2 : vtable + 4 + 2 * count]), at % 8)
        if key not in self._different:
            if len(self._different) >= LAYOUT_LIMIT:
                raise ModelError(f"The model's tables have more than {LAYOUT_LIMIT} different field lists", vtable)
            slots = struct.unpack_from(f"<{count}H", self._data, vtable + 4)
            self._different[key] = _arrange(at, kind, table_size, slots)
        return self._different[key]

    def _content(self, at: int, layout: _TableLayout) -> FlatTable:
        """The table at `at` with all that it points to."""
        fields: dict[str, Value] = dict(zip(layout.names, layout.values(self._data, at), strict=True))
        for field, inner in layout.pointer_fields:
            place = at + inner
            offset: int = fields[field.name]  # type: ignore[assignment]  # an offset is read as one
            target = place + offset
            if offset == 0 or target > self._size:
                self._target(place, offset, field.words)
            form = field.form
            if form is _TABLE:
                fields[field.name] = self._table(target, field.table)
            elif form is _TABLES:
                fields[field.name] = self._tables(target, field)
            else:
                fields[field.name] = self._vector(target, field, form)
        for field, type_inner in layout.unions:
            number = self._data[at + type_inner]
            members = UNIONS[field.table]
            # None, or of a type that a newer version of the format added: there is nothing that we could check.
            if 1 <= number <= len(members):
                place = at + layout.inner[field.name]
                fields[field.name] = self._table(self._follow(place, field.words), members[number - 1])
        return FlatTable(layout.kind, at, fields, layout.inner)

    def _length(self, at: int, width: int, what: str) -> int:
        if at + 4 > self._size or at % 4:
            self._inside(at, 4, 4, what)
        length: int = _U32.unpack_from(self._data, at)[0]
        if at + 4 + length * width > self._size:
            raise ModelError(
                f"The model is damaged: {what} says that it has {length} elements, more than the rest of the file "
                "holds; it may be cut short",
                at,
            )
        return length

    def _vector(self, at: int, field: SchemaField, form: FieldForm) -> Value:
        length = self._length(at, field.width, field.words)
        start = at + 4
        if form is _BYTES:
            return self._data[start : start + length]
        if form is _TEXT:
            self._text_left -= length
            if self._text_left < 0:
                raise ModelError(f"The model's names have more than {TEXT_LIMIT} bytes", at)
            return str(self._data[start : start + length], "utf-8", "replace")
        self._numbers_left -= length
        if self._numbers_left < 0:
            raise ModelError(f"The model's tables have more than {NUMBER_LIMIT} numbers", at)
        return struct.unpack_from(f"<{length}{field.code}", self._data, start)

    def _tables(self, at: int, field: SchemaField) -> tuple[FlatTable, ...]:
        """The tables of a vector. That they are tables at all is proven of each before the content of one is read."""
        length = self._length(at, 4, field.words)
        if length > self._tables_left:
            raise ModelError(f"The model has more than {TABLE_LIMIT} tables", at)
        self._tables_left -= length
        words, kind = f"an element of {field.words}", field.table
        offsets = struct.unpack_from(f"<{length}I", self._data, at + 4)
        layouts = []
        for number, offset in enumerate(offsets):
            place = at + 4 + 4 * number
            target = place + offset
            if offset == 0 or target > self._size:
                self._target(place, offset, words)
            layouts.append((target, self._layout(target, kind)))
        return tuple(self._content(target, layout) for target, layout in layouts)


def _arrange(at: int, kind: str, size: int, slots: tuple[int, ...]) -> _TableLayout:
    """The layout that a field list says, for tables that stand as the one at `at` does within 8 bytes.

    Raises `ModelError`.
    """
    inner: dict[str, int] = {}
    codes: dict[str, struct.Struct] = {}
    pointer_fields: list[tuple[SchemaField, int]] = []
    unions: list[tuple[SchemaField, int]] = []
    for field in TABLES[kind]:
        if field.slot >= len(slots):
            break
        if field.form is FieldForm.UNION:
            # A type number in one slot, the table in the next.
            type_inner = _slot(at, kind, size, slots, field, field.slot, 1)
            table_inner = _slot(at, kind, size, slots, field, field.slot + 1, 4)
            if type_inner and table_inner:
                inner[field.name] = table_inner
                unions.append((field, type_inner))
            continue
        is_number = field.form is FieldForm.NUMBER
        position = _slot(at, kind, size, slots, field, field.slot, field.width if is_number else 4)
        if not position:
            continue
        inner[field.name] = position
        codes[field.name] = struct.Struct("<" + (field.code if is_number else "I"))
        if not is_number:
            pointer_fields.append((field, position))
    names = sorted(codes, key=lambda name: inner[name])
    return _TableLayout(
        kind=kind,
        size=size,
        names=tuple(names),
        reader=_reader([(inner[name], codes[name]) for name in names]),
        inner=inner,
        codes=tuple(codes[name] for name in names),
        pointer_fields=tuple(pointer_fields),
        unions=tuple(unions),
    )


def _reader(parts: list[tuple[int, struct.Struct]]) -> struct.Struct | None:
    """Returns a reader of all parts (their places, ascending) at once; None where they overlap."""
    format_, end = "<", 0
    for start, code in parts:
        if start < end:
            return None
        format_ += f"{start - end}x{code.format[1:]}"
        end = start + code.size
    return struct.Struct(format_)


def _slot(at: int, kind: str, size: int, slots: tuple[int, ...], field: SchemaField, slot: int, width: int) -> int:
    """Returns where a field stands in its table, or 0 when it is absent. Raises `ModelError`."""
    inner = slots[slot] if slot < len(slots) else 0
    if inner == 0:
        return 0
    if inner < 4 or inner + width > size:
        raise ModelError(f"The model is damaged: {field.name} stands outside of its {kind} table", at + inner)
    if (at + inner) % width:
        raise ModelError(f"The model is damaged: {field.words} is not aligned to {width} bytes", at + inner)
    return inner
