"""Exports of Roboflow and others in COCO, Pascal VOC and YOLO: boxes and splits are applied, or named."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from rune.datasets.content.content import BadContent
from rune.datasets.layouts.containers.archive import DataArchive
from rune.datasets.layouts.find import find_layout, positions_of, read_item
from rune.datasets.positions import NOTHING, ObjectPosition, Positions
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import png
from tests.support.installations.archives import zipped

pytestmark = pytest.mark.protects("uploads/dropped-labels")
PICTURE = png(width=20, height=10)
Files = dict[str, bytes | str]


def coco(folder: str, *boxes: Any, **image: Any) -> Files:
    content = {
        "categories": [{"id": 0, "name": "pets"}, {"id": 1, "name": "cat"}],
        "images": [{"id": 5, "file_name": "a.png", "width": 20, "height": 10, **image}],
        "annotations": [{"id": n, "image_id": 5, "category_id": 1, "bbox": box} for n, box in enumerate(boxes)],
    }
    return {f"{folder}/a.png": PICTURE, f"{folder}/_annotations.coco.json": json.dumps(content)}


def voc(folder: str, *boxes: Any, size: tuple[int, int] = (20, 10)) -> Files:
    objects = "".join(
        f"<object><name>cat</name><bndbox><xmin>{left}</xmin><xmax>{right}</xmax><ymin>{top}</ymin><ymax>{bottom}</ymax>"
        "</bndbox></object>"
        for left, top, right, bottom in boxes
    )
    head = f"<filename>a.png</filename><size><width>{size[0]}</width><height>{size[1]}</height></size>"
    return {f"{folder}/a.png": PICTURE, f"{folder}/a.xml": f"<annotation>{head}{objects}</annotation>"}


def yolo(folder: str, *lines: str) -> Files:
    return {
        f"{folder}/images/a.png": PICTURE,
        f"{folder}/labels/a.txt": "\n".join(lines),
        "data.yaml": "train: ../train/images\nnc: 2\nnames: ['dog', 'cat']\n",
    }


def read(files: Files) -> tuple[str, list[tuple[str, str, Positions | None]], dict[str, str]]:
    """The layout of an archive, its pictures with label, split and positions, and why others are left out."""
    archive = DataArchive(io.BytesIO(zipped(files)))  # type: ignore[arg-type]
    layout = find_layout(archive)
    reasons = {each.path: each.reason for each in layout.omissions}
    pictures = []
    for item in layout.items:
        try:
            pictures.append((item.label, item.split, positions_of(item, read_item(archive, layout, item))))
        except BadContent as error:
            reasons[item.path] = str(error)
    return layout.name, pictures, reasons


@each_case(
    ("name", "files"),
    [
        ("COCO", coco("valid", [2, 2, 4, 4], [18, 8, 10, 10])),
        ("Pascal VOC", voc("valid", [2, 2, 6, 6], [18, 8, 28, 18])),
        ("YOLO", yolo("valid", "1 0.2 0.4 0.2 0.4", "1 1.15 1.3 0.5 1.0")),
    ],
)
def test_boxes_are_clipped_and_their_middles_and_the_split_are_kept(name: str, files: Files) -> None:
    layout, pictures, reasons = read(files)
    objects = (ObjectPosition("cat", 0.2, 0.4), ObjectPosition("cat", 0.95, 0.9))
    assert (layout, pictures, reasons) == (name, [("cat", "validation", objects)], {})


@each_case("files", [coco("test"), voc("test"), yolo("test")])
def test_a_picture_whose_list_is_empty_has_no_object(files: Files) -> None:
    assert read(files)[1:] == ([(NOTHING, "test", ())], {})


@each_case(
    ("files", "reason"),
    [
        (coco("train", [30, 2, 4, 4]), "is outside of the picture"),
        (coco("train", [2, 2, 0, 4]), "has no width or no height"),
        (coco("train", [2, 2, 4]), "without a box or a category"),
        (coco("train", [2, 2, 4, "4"]), "a box outside of the picture"),
        (coco("train", [2, 2, 4, 4], width=10, height=20), "marked on a picture of 10 × 20 pixels"),
        (voc("train", [30, 2, 34, 6]), "is outside of the picture"),
        (voc("train", [2, 2, 2, 6]), "has no width or no height"),
        (voc("train", [2, 2, "x", 6]), "without a box or a name"),
        (voc("train", [2, 2, 6, 6], size=(10, 20)), "marked on a picture of 10 × 20 pixels"),
        (yolo("train", "1 1.5 0.5 0.1 0.1"), "is outside of the picture"),
        (yolo("train", "7 0.5 0.5 0.1 0.1"), "has label 7; the list of labels has 2"),
        (yolo("train", "1 0.5 0.5 0.1"), "is neither a box nor a polygon"),
        (yolo("train", "cat 0.5 0.5 0.1 0.1"), "is not numbers"),
        (yolo("train", "1 nan 0.5 0.1 0.1"), "out of range"),
    ],
)
def test_a_mark_that_cannot_be_applied_names_its_picture(files: Files, reason: str) -> None:
    _, pictures, reasons = read(files)
    assert not pictures
    assert any(reason in each for each in reasons.values()), reasons


def test_a_picture_that_was_made_smaller_keeps_its_boxes() -> None:
    files = coco("train", [20, 20, 40, 40], width=200, height=100)
    assert read(files)[1] == [("cat", "train", (ObjectPosition("cat", 0.2, 0.4),))]


def test_polygons_of_yolo_and_names_by_number_are_read() -> None:
    files = yolo("train", "1 0.1 0.2 0.3 0.2 0.3 0.6 0.1 0.6") | {"data.yaml": "names: {0: dog, 1: cat}\n"}
    assert read(files)[1] == [("cat", "train", (ObjectPosition("cat", 0.2, 0.4),))]
    texts = {"images/train/a.png": PICTURE, "labels/train/a.txt": "0 0.5 0.5 1 1", "classes.txt": "cat\n"}
    assert read(texts)[1] == [("cat", "train", (ObjectPosition("cat", 0.5, 0.5),))]  # type: ignore[arg-type]


def test_other_folders_of_coco_and_pascal_voc_are_found() -> None:
    apart = {
        "val2017/a.png": PICTURE,
        "annotations/instances_val2017.json": coco("x", [2, 2, 4, 4])["x/_annotations.coco.json"],
    }
    objects = (ObjectPosition("cat", 0.2, 0.4),)
    assert read(apart)[1] == [("cat", "validation", objects)]
    classic: Files = {
        "VOC/JPEGImages/a.png": PICTURE,
        "VOC/Annotations/a.xml": voc("x", [2, 2, 6, 6])["x/a.xml"],
        "VOC/ImageSets/Main/val.txt": "a\n",
    }
    assert read(classic)[1] == [("cat", "validation", objects)]


@pytest.mark.protects("uploads/hostile-archives-of-data")
@each_case("head", ['<!DOCTYPE annotation [<!ENTITY a "aa">]>', "<annotation>", "\0"])
def test_xml_with_entities_or_damage_is_no_list(head: str) -> None:
    files = voc("train", [2, 2, 6, 6])
    files["train/a.xml"] = head + str(files["train/a.xml"])
    name, pictures, reasons = read(files)
    assert (name, [positions for _, _, positions in pictures]) == ("folders by label", [None])
    assert "train/a.xml" in reasons


def test_a_list_names_pictures_that_the_archive_does_not_have() -> None:
    files = coco("train", [2, 2, 4, 4]) | {"train/b.png": png(width=3)}
    files["train/_annotations.coco.json"] = str(files["train/_annotations.coco.json"]).replace("a.png", "gone.png")
    _, pictures, reasons = read(files)
    assert not pictures
    assert "does not have this file" in reasons["gone.png"]
    assert set(reasons) == {"gone.png", "train/a.png", "train/b.png"}
