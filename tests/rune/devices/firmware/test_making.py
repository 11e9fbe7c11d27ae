"""Firmware of the template sine: what it is made of, where it lies, and what is refused. tests/proof runs it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from rune.compiler.anvil.target import Toolchain
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.c.interface import interface_of
from rune.compiler.targets.c.names import OUR_FILES
from rune.compiler.targets.c.trace import step_names
from rune.compiler.targets.lookup import find_target, targets
from rune.devices import emulation
from rune.devices import firmware as firmware_package
from rune.devices.firmware.board import PICO, FirmwareBoard
from rune.devices.firmware.errors import FirmwareTooLarge
from rune.devices.firmware.loader import checksum
from rune.devices.firmware.making import BoardFirmware, make
from rune.devices.firmware.program import DescribedRune, program_file
from rune.devices.firmware.uf2 import read_uf2
from rune.devices.packages.packaging import package
from tests.support.compiler.programs.c_projects import template
from tests.support.compiler.programs.package_programs import packaged


def toolchain() -> Toolchain:
    library = find_target("pico").library
    assert library is not None
    return library


def firmware(board: FirmwareBoard) -> BoardFirmware:
    program = build(template("sine"), BuildOptions("sine", target=find_target("pico"))).program
    files = packaged("sine", "pico").files
    paths = ("include/sine.h", "src/sine.c", "src/sine_selftest.c")
    sources = {path.rpartition("/")[2]: files[path] for path in paths}
    rune = build(template("sine"), BuildOptions("sine")).rune
    description = DescribedRune(
        "sine", f"sha256:{hashlib.sha256(rune).hexdigest()}", interface_of(program, "sine"), step_names(program)
    )
    return make(sources, description, board, toolchain())


@pytest.mark.proof
def test_a_board_with_too_little_of_a_memory_refuses_it_and_says_how_much_it_lacks() -> None:
    whole = firmware(PICO)
    with pytest.raises(FirmwareTooLarge, match="Pico: its flash lacks") as error:
        firmware(replace(PICO, flash_size=whole.code))
    assert (error.value.memory, error.value.excess) == ("flash", 256)
    with pytest.raises(FirmwareTooLarge, match="its RAM lacks"):
        firmware(replace(PICO, stack=PICO.ram_size))


@pytest.mark.slow
def test_the_package_has_firmware_of_its_own_sources_which_is_the_same_each_time() -> None:
    files = packaged("sine", "pico").files
    image = firmware(PICO)
    assert files["firmware/sine.uf2"] == image.uf2
    description = json.loads(files["firmware/sine.json"])
    assert description == json.loads(image.description_file())
    assert description["rune"] == "sine"
    assert description["memory"] == "ram"
    assert image.is_in_ram
    assert (
        description["digest"]
        == "sha256:" + hashlib.sha256(build(template("sine"), BuildOptions("sine")).rune).hexdigest()
    )
    assert description["uf2_digest"] == "sha256:" + hashlib.sha256(image.uf2).hexdigest()
    assert (description["code"], description["variables"]) == (image.code, image.variables)
    port = {"name": "number", "capability": "RAW", "type": "f32[1, 1]", "bytes": 4, "texts": 0}
    assert description["inputs"] == [{**port, "optional": False, "sizes": 0}]
    assert "firmware/sine.uf2" in files["README.md"].decode()


@pytest.mark.protects("compiling/firmware-names")
def test_names_of_a_person_are_only_numbers_in_the_firmwares_c() -> None:
    program = build(template("sine"), BuildOptions("sine", target=find_target("pico"))).program
    hostile = '"; #include </etc/passwd> */'
    text = program_file(DescribedRune(hostile, hostile, interface_of(program, "sine"), (hostile,)), PICO)
    assert "passwd" not in text
    match = re.search(r"program_description\[\d+\] = \{(.*?)\};", text, re.DOTALL)
    assert match is not None
    description = json.loads(bytes(int(number) for number in match[1].replace("\n", " ").split(",") if number.strip()))
    assert (description["rune"], description["steps"]) == (hostile, [hostile])


@pytest.mark.slow
def test_an_image_for_ram_begins_where_the_rom_jumps_to() -> None:
    image = firmware(PICO)
    (first, code), *_ = read_uf2(image.uf2)
    assert first == PICO.ram
    assert code[:2] == b"\x72\xb6"
    assert {at >> 28 for at, _ in read_uf2(image.uf2)} == {2}


@pytest.mark.slow
def test_what_does_not_fit_into_ram_lies_in_flash_behind_the_loader() -> None:
    image = firmware(replace(PICO, stack=PICO.ram_size - 4096))
    blocks = read_uf2(image.uf2)
    assert not image.is_in_ram
    assert image.description["memory"] == "flash"
    (first, loader), (second, code), *_ = blocks
    assert (first, second) == (PICO.flash, PICO.flash + 256)
    assert checksum(loader[:252]) == int.from_bytes(loader[252:], "little")
    assert code[:2] == b"\x72\xb6"


@pytest.mark.slow
def test_firmware_in_flash_has_its_variables_and_its_stack_in_ram() -> None:
    """No variable has an initial value here: nothing but the linker script says where variables begin."""
    board = replace(PICO, ram_size=20_000)
    image = firmware(board)
    assert not image.is_in_ram
    description = json.loads(image.description_file())
    assert description["start"] == board.flash
    assert board.ram <= description["stack_bottom"] < description["stack_top"] == board.ram + board.ram_size


def test_the_reserved_names_are_those_of_the_files_beside_a_rune() -> None:
    folders = Path(firmware_package.__path__[0]) / "pico", Path(emulation.__path__[0]) / "firmware"
    ours = {path.stem for folder in folders for path in folder.glob("*.[ch]")}
    names = {Path(name).stem for target in targets() for name in target.starting_points}
    assert {*ours, *names, "rune_unit", "program", "probe"} == OUR_FILES


@pytest.mark.parametrize(
    ("name", "target"),
    [("main", "c"), *(pytest.param(each, "pico", marks=pytest.mark.slow) for each in ("Steps", "serial"))],
)
def test_a_project_may_have_the_name_of_one_of_these_files(name: str, target: str) -> None:
    result = package(template("sine"), BuildOptions(name, target=find_target(target)))
    assert f"src/{name}_rune.c" in result.files
