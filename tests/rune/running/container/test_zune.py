"""A zune, the zip of Rune's last versions: its Runefile and its list are read, and nothing in it does harm."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rune.project.files import FileError, FileMissing
from rune.running.container import ContainerError, ZuneEntry, is_zune, read_zune
from tests.support.cases import each_case
from tests.support.properties import examples

RUNEFILE = "version: 1\nimage: runicos/base\npipeline: {}\n"


def zipped(contents: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for path, data in contents.items():
            archive.writestr(path, data)
    return out.getvalue()


GOOD = zipped(
    {"Runefile.yml": RUNEFILE.encode(), "models/digit": b"abc" * 100, "proc_blocks/": b"", "proc_blocks/x": b""}
)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_runefile_and_the_entries_of_a_zune_are_read(method: int) -> None:
    zune = read_zune(zipped({"Runefile.yml": RUNEFILE.encode(), "models/digit": b"abc" * 100}, method))
    assert zune.runefile == RUNEFILE
    assert zune.entries == (ZuneEntry("Runefile.yml", len(RUNEFILE)), ZuneEntry("models/digit", 300))
    assert zune.read("./models/digit") == b"abc" * 100
    assert zune.paths() == ("Runefile.yml", "models/digit")


def test_folders_are_no_entries_and_a_missing_file_is_told_by_name() -> None:
    zune = read_zune(GOOD)
    assert [entry.path for entry in zune.entries] == ["Runefile.yml", "models/digit", "proc_blocks/x"]
    with pytest.raises(FileMissing):
        zune.read("models/other")


def test_a_zip_is_told_from_a_rune_by_its_first_bytes() -> None:
    assert is_zune(GOOD)
    assert not is_zune(b"\0asm\1\0\0\0")


@pytest.mark.protects("runes/zunes")
@each_case("path", ["../out", "/etc/passwd", "a/../../b", "C:/x", "a\\b", "a\nb"])
def test_a_name_that_leads_out_is_refused(path: str) -> None:
    data = zipped({"Runefile.yml": RUNEFILE.encode(), "same-length": b""})
    name = path.encode().ljust(len("same-length"), b"x")
    with pytest.raises(ContainerError, match="leads out"):
        read_zune(data.replace(b"same-length", name))


def test_two_entries_of_one_name_are_refused() -> None:
    data = zipped({"Runefile.yml": RUNEFILE.encode(), "Runefile.txt": b""})
    with pytest.raises(ContainerError, match="two entries"):
        read_zune(data.replace(b"Runefile.txt", b"Runefile.yml"))


@pytest.mark.slow
@pytest.mark.protects("runes/zunes")
def test_what_unpacks_to_more_than_it_says_is_refused_without_unpacking_it() -> None:
    bomb = zipped({"Runefile.yml": bytes(300_000_000)})
    with pytest.raises(ContainerError, match="more than the limit"):
        read_zune(bomb)
    lying = bomb.replace(struct.pack("<L", 300_000_000), struct.pack("<L", 100))
    with pytest.raises(ContainerError, match="not what the zip's directory says"):
        read_zune(lying)


@pytest.mark.slow
def test_a_large_entry_does_not_hinder_reading_the_runefile_and_is_itself_refused() -> None:
    zune = read_zune(zipped({"Runefile.yml": RUNEFILE.encode(), "big": bytes(65 * 1024 * 1024)}))
    with pytest.raises(FileError, match="more than the limit"):
        zune.read("big")


def test_a_zip_without_a_runefile_is_no_zune() -> None:
    with pytest.raises(ContainerError, match=r"contains no Runefile\.yml"):
        read_zune(zipped({"a": b""}))


@pytest.mark.slow
@pytest.mark.protects("runes/zunes")
def test_a_zip_of_very_many_entries_is_refused_before_they_are_read() -> None:
    with pytest.raises(ContainerError, match="entries, more than"):
        read_zune(zipped({str(number): b"" for number in range(5000)}))


def test_a_changed_byte_of_the_runefile_is_noticed() -> None:
    data = bytearray(zipped({"Runefile.yml": RUNEFILE.encode()}, zipfile.ZIP_STORED))
    data[data.index(b"runicos")] ^= 1
    with pytest.raises(ContainerError):
        read_zune(bytes(data))


@given(st.binary(max_size=300))
@examples(40)
def test_any_bytes_are_a_zune_or_are_refused(data: bytes) -> None:
    for candidate in (data, b"PK\x03\x04" + data, data + GOOD[-22:]):
        _read(candidate)


@pytest.mark.slow
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255), st.integers(0, len(GOOD)))
@examples(100)
def test_a_damaged_zune_is_read_or_refused(at: int, change: int, end: int) -> None:
    mutant = bytearray(GOOD)
    mutant[at] ^= change
    _read(bytes(mutant))
    _read(GOOD[:end])


def _read(data: bytes) -> None:
    try:
        zune = read_zune(data)
    except ContainerError:
        return
    for entry in zune.entries:
        try:
            zune.read(entry.path)
        except (ContainerError, FileError):
            continue
