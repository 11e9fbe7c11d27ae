"""Each capability is declared once, in its own file, and every list of capabilities is made from the declarations."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import rune.capabilities
from rune.capabilities import BY_GRAPH_TYPE, BY_NUMBER, CAPABILITIES, INPUT_OPTIONS, Capability
from rune.capabilities.capability import Sensor
from rune.running.runtime.inputs.readers import READERS, reader_of
from rune.tools.cli.running.input_options import input_options
from tests.support.cases import each_case

FOLDER = Path(rune.capabilities.__file__).parent
ALL = list(CAPABILITIES.values())


def test_each_file_that_declares_a_capability_is_called_by_it() -> None:
    assert [name for name in CAPABILITIES if not (FOLDER / f"{name.lower()}.py").is_file()] == []


@pytest.mark.parametrize("fact", [lambda each: each.name, lambda each: each.number, lambda each: each.graph_type])
def test_no_two_capabilities_share_a_name_or_number(fact: Callable[[Capability], object]) -> None:
    assert [value for value, count in Counter(map(fact, ALL)).items() if count > 1] == []


def test_every_capability_is_found_by_name_number_and_graph_type() -> None:
    assert list(BY_NUMBER.values()) == list(BY_GRAPH_TYPE.values()) == ALL
    assert [int(each) for each in ALL] == sorted(BY_NUMBER)


@each_case("capability", ALL, ids=list(CAPABILITIES))
def test_generated_input_has_the_requested_size_and_is_the_same_each_time(capability: Capability) -> None:
    for size in (0, 1, 12, 1000):
        data = capability.generate({}, size)
        assert len(data) == size
        assert data == capability.generate({}, size)


@each_case("capability", ALL, ids=list(CAPABILITIES))
def test_its_usual_arguments_give_a_type_of_its_element(capability: Capability) -> None:
    usual = {each.name: each.usual for each in capability.parameters if isinstance(each.usual, int)}
    output = capability.output(usual)
    assert output is not None
    assert output.element is capability.element
    assert output.count % capability.row == 0
    assert capability.describe(usual, output)


def test_every_capability_that_reads_files_of_a_format_has_a_reader_for_it() -> None:
    read = {each.name for each in READERS} | {each.name for each in ALL if each.columns}
    assert {each.name for each in ALL if each.recording is not None} <= read
    assert all(reader_of(each) for each in ALL if not each.is_random)


def test_a_capability_with_columns_names_the_parameter_that_counts_its_rows() -> None:
    tables = [each for each in ALL if each.columns]
    assert [each.name for each in tables] == ["ACCEL"]
    for each in tables:
        assert each.row_count
        assert set(each.row_count) <= {parameter.name for parameter in each.parameters}


def test_a_browser_gives_what_pages_record() -> None:
    sensors = {each.name: each.page_sensor for each in ALL if each.page_sensor is not None}
    assert sensors == {"SOUND": "microphone", "ACCEL": "motion", "IMAGE": "camera", "FLOAT_IMAGE": "camera"}


def test_options_and_sensors_with_a_name_are_one_thing() -> None:
    flags = Counter(flag for option in INPUT_OPTIONS for flag in option.flags)
    assert max(flags.values()) == 1
    sensors: set[Sensor] = {each.sensor for each in ALL if each.sensor is not None}
    assert len({sensor.key for sensor in sensors}) == len(sensors)


def test_the_commands_have_each_option() -> None:
    @input_options
    def command() -> None:
        """Never called."""

    options = {flag for option in command.__click_params__ for flag in option.opts}  # type: ignore[attr-defined]
    assert {flag for option in INPUT_OPTIONS for flag in option.flags} <= options


def test_a_copy_of_a_capability_is_the_capability() -> None:
    assert all(copy.deepcopy(each) is each and copy.copy(each) is each for each in ALL)
