"""CMake: `find_package(rune_<name>)` and `add_subdirectory`; both compile the sources with the project's compiler."""

from __future__ import annotations

from collections.abc import Mapping

from rune.devices.packages.contents import VERSION, Contents

_LISTS = """\
# For CMake by add_subdirectory, and for ESP-IDF as a component.
if(ESP_PLATFORM)
    idf_component_register(SRCS {sources} INCLUDE_DIRS "include")
    return()
endif()

cmake_minimum_required(VERSION 3.16)
project({name} VERSION {version} LANGUAGES C)
include("${{CMAKE_CURRENT_LIST_DIR}}/cmake/{name}-config.cmake")
"""
_CONFIG = """\
# find_package({name} CONFIG) gives the library {name}::{name}, which is compiled with your project.
if(NOT TARGET {name})
    # A project of C++ alone has no compiler of C yet.
    enable_language(C)
    get_filename_component({name}_FOLDER "${{CMAKE_CURRENT_LIST_DIR}}" DIRECTORY)
    add_library({name} STATIC {sources})
    target_include_directories({name} PUBLIC "${{{name}_FOLDER}}/include")
    set_target_properties({name} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON POSITION_INDEPENDENT_CODE ON)
    add_library({name}::{name} ALIAS {name})
endif()
"""
_VERSION = """\
set(PACKAGE_VERSION "{version}")
if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
    set(PACKAGE_VERSION_EXACT TRUE)
endif()
if(NOT PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION)
    set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
"""


def files(contents: Contents) -> Mapping[str, str]:
    """CMakeLists.txt and the files that `find_package` looks for."""
    name = contents.folder
    beside = " ".join(f'"{path}"' for path in contents.sources)
    within = " ".join(f'"${{{name}_FOLDER}}/{path}"' for path in contents.sources)
    return {
        "CMakeLists.txt": _LISTS.format(name=name, version=VERSION, sources=beside),
        f"cmake/{name}-config.cmake": _CONFIG.format(name=name, sources=within),
        f"cmake/{name}-config-version.cmake": _VERSION.format(version=VERSION),
    }
