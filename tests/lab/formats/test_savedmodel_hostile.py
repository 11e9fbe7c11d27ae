"""Hostile SavedModels are refused by name, by reading their graphs and archives as data."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest

from lab.formats.protobuf import bytes_field
from lab.formats.savedmodel.packing import pack_folder, unpack
from lab.formats.savedmodel.reading import check_graphs
from lab.refusal import Reason, Refused
from tests.support.cases import each_case

RESTORE = "__inference__traced_restore_9"


def node(op: str, calls: str = "", *, in_list: bool = False) -> bytes:
    value = bytes_field(10, bytes_field(1, calls))
    if in_list:
        value = bytes_field(1, bytes_field(9, bytes_field(1, calls)))
    attribute = bytes_field(5, bytes_field(1, "f") + bytes_field(2, value)) if calls else b""
    return bytes_field(1, "name") + bytes_field(2, op) + attribute


def graphs(*nodes: bytes, **functions: bytes) -> bytes:
    """A file with nodes in the graph, and one node in each function."""
    library = b"".join(
        bytes_field(1, bytes_field(1, bytes_field(1, name)) + bytes_field(3, one)) for name, one in functions.items()
    )
    graph = b"".join(bytes_field(1, one) for one in nodes) + bytes_field(2, library)
    return bytes_field(2, bytes_field(2, graph))


def test_graphs_of_known_operators_are_accepted() -> None:
    data = graphs(node("StatefulPartitionedCall", RESTORE), serve=node("Conv2D"), **{RESTORE: node("RestoreV2")})
    assert check_graphs(data) == 3


@pytest.mark.protects("models-in/savedmodel-code")
@each_case(
    ("data", "reason", "name"),
    [
        (graphs(node("WriteFile")), Reason.UNKNOWN_LAYER, "WriteFile"),
        (graphs(node("Add"), serve=node("ReadFile")), Reason.UNKNOWN_LAYER, "ReadFile"),
        (graphs(node("Add"), serve=node("EagerPyFunc")), Reason.PYTHON_CODE, "EagerPyFunc"),
        (graphs(node("RestoreV2")), Reason.UNKNOWN_LAYER, "RestoreV2"),
        (graphs(node("Add"), serve=node("SaveV2")), Reason.UNKNOWN_LAYER, "SaveV2"),
        (graphs(node("Add"), serve=node("PartitionedCall", RESTORE)), Reason.LEADS_OUTSIDE, "serve"),
        (graphs(node("Add"), serve=node("If", RESTORE, in_list=True)), Reason.LEADS_OUTSIDE, "serve"),
        (graphs(node("Add"), **{RESTORE: node("WriteFile")}), Reason.UNKNOWN_LAYER, "WriteFile"),
        (graphs(node("Add") + bytes_field(2, "WriteFile")), Reason.UNKNOWN_LAYER, "WriteFile"),
        (graphs(), Reason.BROKEN, "no operators"),
        (b"\x12\xff", Reason.BROKEN, "ends within"),
    ],
)
def test_graphs_that_reach_outside_are_refused(data: bytes, reason: Reason, name: str) -> None:
    with pytest.raises(Refused, match=name) as error:
        check_graphs(data)
    assert error.value.reason is reason


@pytest.mark.protects("models-in/savedmodel-archive")
@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("saved_model.pb", "../x"), Reason.BROKEN),
        (("saved_model.pb", "/etc/x"), Reason.BROKEN),
        (("m/saved_model.pb", "x"), Reason.BROKEN),
        (("saved_model.pb", "variables/../../x"), Reason.BROKEN),
        (("saved_model.pb", "assets/words.txt"), Reason.UNKNOWN_LAYER),
        (("a/saved_model.pb", "b/saved_model.pb"), Reason.BROKEN),
        (("variables/variables.index",), Reason.BROKEN),
        (("saved_model.pb", *(f"variables/variables.data-{n:05}-of-00099" for n in range(99))), Reason.TOO_LARGE),
    ],
)
def test_archives_with_other_files_are_refused(tmp_path: Path, names: tuple[str, ...], reason: Reason) -> None:
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    with pytest.raises(Refused) as error:
        unpack(tmp_path / "m.zip", tmp_path / "in" / "saved")
    assert error.value.reason is reason
    assert not (tmp_path / "x").exists()


@pytest.mark.protects("models-in/savedmodel-archive")
def test_an_archive_that_claims_gigabytes_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "m.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("saved_model.pb", b"graph")
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02") + 24  # the size in the directory
    data[place : place + 4] = (3 << 30).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    with pytest.raises(Refused) as error:
        unpack(path, tmp_path / "saved")
    assert error.value.reason is Reason.TOO_LARGE
    assert not (tmp_path / "saved").exists()


@pytest.mark.protects("models-in/savedmodel-archive")
def test_links_in_a_folder_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"graph")
    pack_folder(folder, tmp_path / "good.zip")
    assert unpack(tmp_path / "good.zip", tmp_path / "out").joinpath("saved_model.pb").read_bytes() == b"graph"
    (folder / "variables" / "variables.index").symlink_to("/etc/passwd")
    with pytest.raises(Refused, match="plain file"):
        pack_folder(folder, tmp_path / "bad.zip")


@pytest.mark.protects("models-in/savedmodel-code")
@pytest.mark.parametrize("count", [100, pytest.param(5000, marks=pytest.mark.proof)])
def test_damaged_graphs_are_accepted_or_refused(count: int) -> None:
    good = graphs(node("Conv2D"), serve=node("PartitionedCall", "other"), other=node("Relu"))
    outcomes = set()
    for seed in range(count):
        draw = random.Random(seed)
        data = bytearray(good)
        for _ in range(draw.choice([1, 2, 8])):
            data[draw.randrange(len(data))] = draw.randrange(256)
        try:
            check_graphs(bytes(data))
            outcomes.add("accepted")
        except Refused as refused:
            outcomes.add(refused.reason.value)
    assert {"broken", "accepted"} <= outcomes
