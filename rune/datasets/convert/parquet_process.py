"""The process that decodes Parquet files: sizes and bytes come in, names, metadata and columns go out. Started by
`rune.datasets.convert.parquet`.

fastparquet is compiled code that a damaged file can end, so nothing else happens here. Before the first file is read
the process gives up files, network and programs.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import IO, Any

from rune.datasets.content.content import BadContent
from rune.isolation.small_process import confine_to_toolchain, limit, take_streams
from rune.wording import size_text

MAX_ROWS, MAX_COLUMNS = 5_000_000, 1_000
MAX_UNPACKED = 256_000_000
"""Bytes of all columns once they are unpacked."""
MEMORY = 3 * 1024**3
"""Bytes of data that this process may have."""
HUGGING_FACE = "huggingface"
"""The key of the metadata in which the library `datasets` keeps the types of columns."""
DAMAGED_FILE = "The Parquet file is damaged or cut short."
_ROWS_OF_A_PART = 10_000

Part = tuple[Mapping[str, Any], Sequence[bytes]]
"""A line of an answer, and the bytes that follow it."""


def parts_of(data: bytes) -> Iterator[Part]:
    """Yields the answer for a Parquet file: its columns' names first, then its rows, some at a time, by columns.

    What the file says of its size is checked before anything is unpacked. Raises `BadContent`.
    """
    import fastparquet

    try:
        file = fastparquet.ParquetFile(io.BytesIO(data))
        _require_small(file)
        names = [str(name) for name in file.columns]
        yield {"names": names, "types": str(file.key_value_metadata.get(HUGGING_FACE, ""))}, ()
        for frame in file.iter_row_groups(index=False):
            for start in range(0, len(frame), _ROWS_OF_A_PART):
                yield _part([frame[name][start : start + _ROWS_OF_A_PART].tolist() for name in file.columns])
    except BadContent:
        raise
    except MemoryError:
        raise BadContent(f"The Parquet file needs more than {size_text(MEMORY)} of memory. Divide it.") from None
    # The library raises whatever its parsers meet: there is no common class of its errors.
    except Exception:
        raise BadContent(DAMAGED_FILE) from None


def _require_small(file: Any) -> None:
    columns = [column.meta_data for group in file.row_groups for column in group.columns]
    sizes = [column.total_uncompressed_size for column in columns]
    rows = [group.num_rows for group in file.row_groups]
    if any(each is None or each < 0 for each in (*sizes, *rows)):
        raise BadContent(DAMAGED_FILE)
    if sum(sizes) > MAX_UNPACKED:
        raise BadContent(f"The Parquet file is larger than {size_text(MAX_UNPACKED)} once it is unpacked. Divide it.")
    if sum(rows) > MAX_ROWS or len(file.columns) > MAX_COLUMNS:
        raise BadContent(f"A Parquet file has at most {MAX_ROWS:,} rows and {MAX_COLUMNS:,} columns.")


def _part(columns: Sequence[list[Any]]) -> Part:
    """Columns of bytes follow the line, which has their sizes; the others are in it."""
    binary: list[bytes] = []
    descriptions: list[Any] = []
    for values in columns:
        if any(isinstance(each, bytes) for each in values):
            pieces = [each if isinstance(each, bytes) else b"" for each in values]
            binary += pieces
            descriptions.append({"sizes": [len(each) for each in pieces]})
        else:
            descriptions.append(values)
    return {"columns": descriptions}, binary


def _plain(value: Any) -> Any:
    """Returns a value that JSON has no word for: an array of the library as a list, anything else as text."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answers each file that comes in, until there is none."""
    while line := questions.readline():
        data = questions.read(int(line))
        try:
            for head, binary in parts_of(data):
                answers.write(json.dumps(head, default=_plain).encode() + b"\n")
                answers.writelines(binary)
            end: dict[str, Any] = {"end": True}
        except BadContent as error:
            end = {"refused": str(error)}
        except (MemoryError, ValueError, TypeError, RecursionError):
            end = {"refused": DAMAGED_FILE}
        answers.write(json.dumps(end).encode() + b"\n")
        answers.flush()


def main() -> None:
    """Loads the library, gives up the rest, and answers."""
    streams = take_streams()
    import_module("fastparquet")
    limit(MEMORY)
    confine_to_toolchain()
    serve(*streams)


if __name__ == "__main__":
    main()
