"""Data sets in Pascal VOC's XML, as Roboflow and others export them: a file of XML beside each picture, or in a folder
`Annotations` with lists of splits in `ImageSets/Main`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from xml.etree import ElementTree

from rune.datasets.content.content import BadContent
from rune.datasets.label_names import split_of, split_of_folders, word
from rune.datasets.layouts.annotations.boxes import MarkedObjects, ObjectBox, in_units_of, sized_box
from rune.datasets.layouts.containers.files import DataFiles
from rune.datasets.layouts.formats.folders import read_recording
from rune.datasets.layouts.layout import Item, Layout, Omission

_PICTURES = (".jpg", ".jpeg", ".png")
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_LARGEST = 1_000_000.0
_MAX_XML = 4_000_000
"""Bytes of the marks of one picture."""


def find_pascal_voc(archive: DataFiles) -> Layout | None:
    """Returns the pictures that files of XML mark; None where the archive has no such file."""
    xml_names = [name for name in archive.names if name.lower().endswith(".xml")]
    lists = {name: each for name in xml_names if (each := _annotation(archive, name)) is not None}
    if not lists:
        return None
    pictures = {name: name for name in archive.names if name.lower().endswith(_PICTURES)}
    by_stem = {name.rpartition(".")[0]: name for name in pictures}
    bases = archive.by_base_name()
    splits = _splits(archive)
    items: list[Item] = []
    omissions: list[Omission] = []
    for name, annotation in lists.items():
        stem = name.rpartition(".")[0]
        base = PurePosixPath((annotation.findtext("filename") or "").strip().replace("\\", "/")).name
        path = by_stem.get(stem) or bases.get(base, "")
        if not path:
            omissions.append(Omission(name, f"The archive does not have the picture {base or stem}, which it marks."))
            continue
        try:
            objects = _objects(annotation)
        except BadContent as error:
            omissions.append(Omission(path, str(error)))
            continue
        split = split_of_folders(path) or splits.get(PurePosixPath(stem).name, "")
        items.append(Item(path, "", "", split, objects=objects))
    marked_paths = {*(item.path for item in items), *(each.path for each in omissions)}
    unmarked = [Item(name, "", "", split_of_folders(name)) for name in pictures if name not in marked_paths]
    return Layout("Pascal VOC", [*items, *unmarked], omissions, read_recording, [*lists, *_split_lists(archive)])


def _annotation(archive: DataFiles, name: str) -> ElementTree.Element | None:
    """Returns the marks of a file, None for one that is not Pascal VOC's. A file that declares entities is not read: a
    few of them unfold to any size."""
    try:
        text = archive.read(name, _MAX_XML).decode("utf-8-sig")
        if "<!" in text.replace("<!--", ""):
            return None
        root = ElementTree.fromstring(text)  # noqa: S314  # It has no entities, and the process is isolated.
    except (BadContent, ValueError, ElementTree.ParseError):
        return None
    return root if root.tag == "annotation" else None


def _objects(annotation: ElementTree.Element) -> MarkedObjects:
    objects = MarkedObjects([_box(each) for each in annotation.iter("object")], 0.0, 0.0)
    width, height = _number(annotation.findtext("size/width")), _number(annotation.findtext("size/height"))
    return in_units_of(objects, width, height) if width and height and width > 0 and height > 0 else objects


def _box(element: ElementTree.Element) -> ObjectBox:
    label = word(element.findtext("name") or "")
    left, top, right, bottom = (_number(element.findtext(f"bndbox/{side}")) for side in _SIDES)
    if not label or left is None or top is None or right is None or bottom is None:
        raise BadContent("It has an object without a box or a name. Draw boxes, and export again.")
    return sized_box(label, left, top, right - left, bottom - top)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if -_LARGEST < number < _LARGEST else None


def _split_lists(archive: DataFiles) -> list[str]:
    return [
        name
        for name in archive.names
        if "ImageSets/Main" in name and name.endswith(".txt") and split_of(PurePosixPath(name).stem)
    ]


def _splits(archive: DataFiles) -> Mapping[str, str]:
    """Returns the split of each picture by the name of its file without its end."""
    splits: dict[str, str] = {}
    for name in _split_lists(archive):
        lines = archive.read(name).decode("utf-8", "replace").split("\n")
        splits |= {line.split()[0]: split_of(PurePosixPath(name).stem) for line in lines if line.strip()}
    return splits
