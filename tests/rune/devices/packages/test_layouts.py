"""Each tool's own files in a package keep that tool's published rules, and lead its compiler to the sources.

CMake itself runs here. Of Arduino, ESP-IDF and Zephyr there are only the functions that this file writes down, as they
are documented, around the compilers that their users have; of PlatformIO there are its rules.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.compiler.programs.package_compilers import ESP32_C3, NANO_33_BLE, WARNINGS, compiler
from tests.support.compiler.programs.package_programs import SELF_TEST, PackageFolder, called, packaged
from tools.needs import CMAKE, EMULATORS, Need


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> PackageFolder:
    return PackageFolder.of(tmp_path_factory.mktemp("digits"), packaged("digits", "cortex-m4"))


def cmake(folder: Path, lists: str, *options: str, language: str = "C") -> subprocess.CompletedProcess[str]:
    """Configures and builds a project of these lines."""
    head = f"cmake_minimum_required(VERSION 3.16)\nproject(app LANGUAGES {language})\n"
    (folder / "CMakeLists.txt").write_text(f"{head}{lists}")
    program = compiler("cmake", CMAKE)
    build = folder / "build"
    process = subprocess.run(
        [program, "-S", folder, "-B", build, *options], capture_output=True, text=True, check=False
    )
    if process.returncode:
        return process
    return subprocess.run([program, "--build", build], capture_output=True, text=True, check=False)


FIND = "find_package(rune_digits CONFIG REQUIRED PATHS {path} NO_DEFAULT_PATH)"
ADD = "add_subdirectory({path} digits)"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cmake_lines", "language", "ending"),
    [
        pytest.param(FIND, "C", "c", id="find_package in C"),
        pytest.param(ADD, "CXX", "cpp", id="add_subdirectory in C++"),
        pytest.param(FIND, "CXX", "cpp", id="find_package in C++", marks=pytest.mark.proof),
        pytest.param(ADD, "C", "c", id="add_subdirectory in C", marks=pytest.mark.proof),
    ],
)
def test_a_project_of_cmake_finds_the_package_and_links_it(
    cmake_lines: str, language: str, ending: str, digits: PackageFolder, tmp_path: Path
) -> None:
    (tmp_path / f"app.{ending}").write_text(SELF_TEST.format(name="digits"))
    lists = cmake_lines.format(path=digits.path) + (
        f"\nadd_executable(app app.{ending})\ntarget_link_libraries(app PRIVATE rune_digits::rune_digits)\n"
    )
    process = cmake(tmp_path, lists, language=language)
    assert process.returncode == 0, process.stdout + process.stderr
    assert called([str(tmp_path / "build" / "app")], tmp_path) == "0 nothing\n"


@pytest.mark.slow
def test_cmake_refuses_a_version_that_the_package_has_not(digits: PackageFolder, tmp_path: Path) -> None:
    process = cmake(tmp_path, f"find_package(rune_digits 1.0 CONFIG REQUIRED PATHS {digits.path} NO_DEFAULT_PATH)\n")
    assert process.returncode != 0
    assert "requested version" in process.stderr


ESP_IDF = """
set(ESP_PLATFORM 1)
function(idf_component_register)
    cmake_parse_arguments(PARSE_ARGV 0 given "" "" "SRCS;INCLUDE_DIRS;REQUIRES")
    if(given_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "unknown: ${{given_UNPARSED_ARGUMENTS}}")
    endif()
    add_library(component STATIC ${{given_SRCS}})
    target_include_directories(component PUBLIC ${{given_INCLUDE_DIRS}})
    target_compile_options(component PRIVATE {flags})
endfunction()
add_subdirectory({path} component)
"""


def bare(program: str, need: Need) -> tuple[str, ...]:
    """CMake's options for a compiler that makes no programs of this machine."""
    return (
        f"-DCMAKE_C_COMPILER={compiler(program, need)}",
        "-DCMAKE_SYSTEM_NAME=Generic",
        "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY",
    )


@pytest.mark.proof
def test_the_component_of_esp_idf_compiles_for_an_esp32_c3(tmp_path: Path) -> None:
    package_folder = PackageFolder.of(tmp_path, packaged("digits", "rv32imc"))
    lists = ESP_IDF.format(path=package_folder.path, flags=" ".join((*ESP32_C3, *WARNINGS)))
    process = cmake(tmp_path, lists, *bare("riscv64-unknown-elf-gcc", EMULATORS))
    assert process.returncode == 0, process.stdout + process.stderr
    manifest = yaml.safe_load((package_folder.path / "idf_component.yml").read_text())
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert manifest["license"] == "Apache-2.0"
    assert set(manifest) <= {"version", "description", "license", "dependencies"}
    assert set(manifest["dependencies"]) == {"idf"}


ZEPHYR = """
set(CONFIG_RUNE_DIGITS {chosen})
macro(zephyr_library_named name)
    add_library(${{name}} STATIC)
    set(ZEPHYR_CURRENT_LIBRARY ${{name}})
    target_compile_options(${{name}} PRIVATE {flags})
endmacro()
function(zephyr_library_sources)
    target_sources(${{ZEPHYR_CURRENT_LIBRARY}} PRIVATE ${{ARGN}})
endfunction()
function(zephyr_include_directories)
    target_include_directories(${{ZEPHYR_CURRENT_LIBRARY}} PRIVATE ${{ARGN}})
endfunction()
add_subdirectory({path}/{cmake} module)
if(NOT {chosen} AND TARGET rune_digits)
    message(FATAL_ERROR "it was not chosen")
endif()
"""


@pytest.mark.slow
@pytest.mark.parametrize("choice", ["TRUE", "FALSE"])
def test_the_module_of_zephyr_compiles_where_it_is_chosen(choice: str, digits: PackageFolder, tmp_path: Path) -> None:
    module = yaml.safe_load((digits.path / "zephyr" / "module.yml").read_text())
    assert module == {"name": "rune_digits", "build": {"cmake": "zephyr", "kconfig": "zephyr/Kconfig"}}
    kconfig = (digits.path / module["build"]["kconfig"]).read_text()
    assert re.match(r"config RUNE_DIGITS\n +bool \"[^\"]+\"\n +default y\n", kconfig)
    flags = " ".join((*NANO_33_BLE, *WARNINGS))
    lists = ZEPHYR.format(chosen=choice, path=digits.path, cmake=module["build"]["cmake"], flags=flags)
    process = cmake(tmp_path, lists, *bare("arm-none-eabi-gcc", EMULATORS))
    assert process.returncode == 0, process.stdout + process.stderr


def properties(folder: PackageFolder) -> dict[str, str]:
    lines = (folder.path / "library.properties").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.slow
def test_the_library_of_arduino_keeps_the_rules_of_its_specification(digits: PackageFolder) -> None:
    fields = properties(digits)
    keys = {"name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url", "architectures"}
    assert keys | {"includes"} == set(fields)
    assert all(fields.values())
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,62}", fields["name"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", fields["version"])
    assert fields["category"] in {
        "Display",
        "Communication",
        "Signal Input/Output",
        "Sensors",
        "Device Control",
        "Timing",
        "Data Storage",
        "Data Processing",
        "Other",
    }
    assert (digits.path / "src" / fields["includes"]).is_file()
    assert not (digits.path / "utility").exists()
    for sketch in (digits.path / "examples").iterdir():
        assert [file.name for file in sketch.iterdir()] == [f"{sketch.name}.ino"]


@pytest.mark.slow
def test_the_library_of_platformio_keeps_the_rules_of_its_manifest(digits: PackageFolder) -> None:
    manifest = json.loads((digits.path / "library.json").read_text())
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,50}", manifest["name"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert 0 < len(manifest["description"]) <= 255
    assert manifest["license"] == "Apache-2.0"
    folders = manifest["build"]
    assert (digits.path / folders["includeDir"] / manifest["headers"]).is_file()
    assert list((digits.path / folders["srcDir"]).glob("*.c"))
