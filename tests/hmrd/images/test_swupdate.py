"""Images for SWUpdate: readable by the format's rules and by openssl, and the same bytes each time."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hmrd.command.main import main
from hmrd.images.swupdate import Hardware, ImageContents, ImageRefused, describe, read_hardware, read_signer
from tests.support.hmrd.image_keys import ImageKey, new_image_key

RUNE = b"\0asm\1\0\0\0 a rune"
CONTENTS = ImageContents("door-knock", "1.4.0", Hardware("gateway", "1.0"), "/var/lib/runes/door-knock.rune", RUNE)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> ImageKey:
    return new_image_key(tmp_path_factory.mktemp("key"))


def _image(key: ImageKey, folder: Path, *more: str) -> int:
    (folder / "door-knock.rune").write_bytes(RUNE)
    output = folder / "door-knock.swu"
    own = ["--key", str(key.key), "--certificate", str(key.certificate), "-o", str(output)]
    values = ["--hardware", "gateway:1.0", "--version", "1.4.0"]
    return main(["image", str(folder / "door-knock.rune"), *own, *values, *more])


def _unpacked(archive: bytes) -> dict[str, bytes]:
    """Reads an archive as the manual of the format says, without the functions that made it."""
    files: dict[str, bytes] = {}
    at = 0
    while True:
        assert archive[at : at + 6] == b"070701"
        numbers = [int(archive[at + 6 + 8 * field : at + 14 + 8 * field], 16) for field in range(13)]
        size, name_length = numbers[6], numbers[11]
        name = archive[at + 110 : at + 110 + name_length - 1].decode()
        data = at + (110 + name_length + 3) // 4 * 4
        if name == "TRAILER!!!":
            return files
        files[name] = archive[data : data + size]
        at = data + (size + 3) // 4 * 4


def test_the_archive_has_the_files_in_order_and_openssl_verifies_it(key: ImageKey, tmp_path: Path) -> None:
    assert _image(key, tmp_path) == 0
    files = _unpacked((tmp_path / "door-knock.swu").read_bytes())
    assert list(files) == ["sw-description", "sw-description.sig", "door-knock.rune"]
    assert (files["door-knock.rune"], files["sw-description"]) == (RUNE, describe(CONTENTS))
    folder = tmp_path / "out"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    verify = ["openssl", "cms", "-verify", "-in", "sw-description.sig", "-inform", "DER", "-content", "sw-description"]
    command = [*verify, "-binary", "-CAfile", str(key.certificate)]
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
    (folder / "sw-description").write_bytes(describe(CONTENTS) + b" ")
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode != 0


def test_an_image_is_the_same_bytes_each_time(key: ImageKey, tmp_path: Path) -> None:
    images = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert _image(key, folder) == 0
        images.append((folder / "door-knock.swu").read_bytes())
    assert images[0] == images[1]
    assert len(images[0]) % 512 == 0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--hardware", "gateway"], "not a board and its revision"),
        (["--hardware", 'g";:1'], "not a board and its revision"),
        (["--name", 'a"; b'], "cannot be the name"),
        (["--version", "1.0\n"], "cannot be the version"),
        (["--path", "/var/../etc/passwd"], "cannot be the path"),
        (["--path", "runes"], "cannot be the path"),
        (["--key", "/nowhere.pem"], "cannot be read"),
        (["-o", "/nowhere/door-knock.swu"], "cannot be written"),
    ],
)
def test_what_does_not_fit_is_refused(
    key: ImageKey, tmp_path: Path, more: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _image(key, tmp_path, *more) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "door-knock.swu").exists()


def test_a_key_that_is_not_the_certificates_is_refused(key: ImageKey, tmp_path: Path) -> None:
    other = new_image_key(tmp_path)
    with pytest.raises(ImageRefused, match="of another key"):
        read_signer(other.key.read_bytes(), key.certificate.read_bytes())
    with pytest.raises(ImageRefused, match="no PEM"):
        read_signer(b"x", b"y")
    with pytest.raises(ImageRefused):
        read_hardware("")
