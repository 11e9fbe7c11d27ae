"""Positions of a selection are those that a stock Yjs client reads, in any text."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64encode
from typing import Any

import pytest
from pycrdt import Doc, Map, Text

from forge.collab.protocol.positions import selection_to_json
from tests.support.servers.live_forge import REPOSITORY

READ = """
const Y = require("yjs");
const { update, selections } = JSON.parse(require("fs").readFileSync(0));
const doc = new Y.Doc();
Y.applyUpdate(doc, Buffer.from(update, "base64"));
const text = doc.getMap("files").get("a").get("text");
const place = (json) => {
  const position = Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(json), doc);
  if (position.type !== text) throw new Error("another text");
  return position.index;
};
console.log(JSON.stringify(selections.map(({ anchor, head }) => text.toString().slice(place(anchor), place(head)))));
"""


def edited_document() -> Doc[Any]:
    """Returns a document whose text has several items, and characters of one to four bytes."""
    doc: Doc[Any] = Doc()
    doc.get("files", type=Map)["a"] = Map({"text": Text("# é😀\nGAIN = 1\nÄ = 2\n")})
    text = doc.get("files", type=Map)["a"]["text"]
    for old, new in (("1", "24"), ("2", "€3"), ("GAIN", "LOUD")):
        at = len(str(text).split(old)[0].encode())
        del text[at : at + len(old.encode())]
        text.insert(at, new)
    return doc


@pytest.mark.foreign
@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_yjs_finds_the_selections_where_python_put_them() -> None:
    whole = edited_document().get_update()
    text = str(edited_document().get("files", type=Map)["a"]["text"])
    pairs = [(start, end) for start in range(len(text) + 1) for end in range(start, len(text) + 1)]
    selections = []
    for pair in pairs:
        copy: Doc[Any] = Doc()
        copy.apply_update(whole)
        selections.append(selection_to_json(copy, copy.get("files", type=Map)["a"]["text"], *pair))
    question = json.dumps({"update": b64encode(whole).decode(), "selections": selections})
    answer = subprocess.run(
        ["node", "-e", READ], cwd=REPOSITORY / "frontend", input=question, capture_output=True, text=True, timeout=60
    )
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == [text[start:end] for start, end in pairs]
