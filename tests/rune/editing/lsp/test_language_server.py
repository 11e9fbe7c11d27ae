"""`rune lsp` as an editor sees it: a process on pipes that speaks the Language Server Protocol."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.rune.editing.lsp.language_client import LanguageClient, ServerError

TEXT = """\
version: 1  # 😀😀
image: "runicos\u2028base"
pipeline:
  input: {capability: RAW, args: {length: 4}, outputs: [{type: f32, dimensions: [1, 1]}]}
  rest: {proc-block: modulo, inputs: [input], args: {modulus: 2}}
  answer:
    out: SERIAL
    inputs: ['rest', input]  # 😀
"""
MODELS = Path(__file__).parents[4] / "examples" / "sine"
CAPABILITIES = {
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True}},
        "rename": {"prepareSupport": True},
    }
}
NUMBERS = count()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageClient]:
    with LanguageClient(tmp_path_factory.mktemp("editor"), CAPABILITIES) as client:
        yield client


@pytest.fixture
def uri(client: LanguageClient) -> Iterator[str]:
    """The document of the tests, opened and without a problem."""
    uri = client.open(f"Runefile.{next(NUMBERS)}.yml", TEXT)
    assert client.diagnostics(uri, lambda diagnostics: True) == []
    yield uri
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def edit(start: tuple[int, int], end: tuple[int, int], text: str) -> dict[str, Any]:
    return {"range": span(start, end), "text": text}


def span(start: tuple[int, int], end: tuple[int, int]) -> dict[str, Any]:
    return {
        "start": {"line": start[0], "character": start[1]},
        "end": {"line": end[0], "character": end[1]},
    }


@pytest.mark.slow
def test_it_says_what_it_can(client: LanguageClient) -> None:
    able = client.capabilities
    assert able["positionEncoding"] == "utf-16"
    assert able["textDocumentSync"]["change"] == 2
    assert able["completionProvider"]["resolveProvider"]
    assert able["renameProvider"] == {"prepareProvider": True}
    assert able["semanticTokensProvider"]["full"]
    for name in ("hover", "definition", "references", "documentFormatting", "documentSymbol", "foldingRange"):
        assert able[f"{name}Provider"]


def test_a_change_behind_characters_of_two_units_is_understood(client: LanguageClient, uri: str) -> None:
    client.change(uri, 2, edit((7, 13), (7, 19), "'tset'"), edit((0, 15), (0, 17), ""))
    (problem,) = client.diagnostics(uri, bool)
    assert problem["code"] == "RUNE0021"
    assert problem["range"] == span((7, 14), (7, 18))
    assert problem["severity"] == 1
    assert problem["codeDescription"]["href"].endswith("docs/reference/diagnostics/RUNE0021.md")
    client.change(uri, 3, edit((7, 13), (7, 19), "'rest'"))
    assert client.diagnostics(uri, lambda diagnostics: not diagnostics) == []


def test_positions_behind_characters_of_two_units_are_right(client: LanguageClient, uri: str) -> None:
    client.change(uri, 2, edit((7, 0), (7, 0), '    "😀": x\n'))
    (problem,) = client.diagnostics(uri, bool)
    assert problem["range"] == span((7, 4), (7, 8))
    client.change(uri, 3, edit((5, 0), (5, 0), '  "😀😀": {capability: NOISE}\n'))
    diagnostics = client.diagnostics(uri, lambda diagnostics: len(diagnostics) > 1)
    assert span((5, 2), (5, 8)) in [each["range"] for each in diagnostics]


def test_completion_gives_edits_and_its_documentation_later(client: LanguageClient, uri: str) -> None:
    completion = client.at("completion", uri, 4, 26)
    item = next(item for item in completion["items"] if item["label"] == "fft")
    assert item["textEdit"] == {"range": span((4, 21), (4, 27)), "newText": "fft"}
    assert "documentation" not in item
    details = client.ask("completionItem/resolve", item)
    assert details["documentation"]["value"].startswith("# fft")
    keys = client.at("completion", uri, 8, 0)["items"]
    assert next(item for item in keys if item["label"] == "resources")["insertTextFormat"] == 2


def test_hover_definition_references_and_highlights_find_the_stage(client: LanguageClient, uri: str) -> None:
    assert "`rest`: proc-block `modulo`" in client.at("hover", uri, 7, 15)["contents"]["value"]
    assert client.at("definition", uri, 7, 15) == [{"uri": uri, "range": span((4, 2), (4, 6))}]
    context = {"includeDeclaration": False}
    assert client.at("references", uri, 4, 3, context=context) == [{"uri": uri, "range": span((7, 14), (7, 18))}]
    assert len(client.at("documentHighlight", uri, 4, 3)) == 2


def test_a_rename_changes_every_place_and_a_bad_name_is_refused_in_words(client: LanguageClient, uri: str) -> None:
    assert client.at("prepareRename", uri, 7, 15) == {"range": span((7, 14), (7, 18)), "placeholder": "rest"}
    assert client.at("prepareRename", uri, 6, 10) is None
    changes = client.at("rename", uri, 7, 15, newName="left")["changes"]
    assert [(each["range"], each["newText"]) for each in changes[uri]] == [
        (span((4, 2), (4, 6)), "left"),
        (span((7, 14), (7, 18)), "left"),
    ]
    with pytest.raises(ServerError, match="has the name"):
        client.at("rename", uri, 7, 15, newName="input")


def test_quick_fixes_come_with_their_diagnostics(client: LanguageClient, uri: str) -> None:
    client.change(uri, 2, edit((6, 9), (6, 15), "Serial"))
    diagnostics = client.diagnostics(uri, bool)
    context = {"diagnostics": diagnostics}
    actions = client.about("codeAction", uri, range=span((6, 10), (6, 10)), context=context)
    fix = next(each for each in actions if each["kind"] == "quickfix")
    assert fix["title"] == "Change to SERIAL"
    assert fix["edit"]["changes"][uri][0]["newText"] == "SERIAL"
    assert fix["diagnostics"] == diagnostics
    only = {**context, "only": ["source"]}
    assert {each["kind"] for each in client.about("codeAction", uri, range=span((6, 10), (6, 10)), context=only)} == {
        "source.fixAll"
    }


def test_symbols_folding_and_colours_are_given(client: LanguageClient, uri: str) -> None:
    (pipeline,) = client.about("documentSymbol", uri)
    assert [child["name"] for child in pipeline["children"]] == ["input", "rest", "answer"]
    assert {"startLine": 5, "endLine": 7, "kind": "region"} in client.about("foldingRange", uri)
    data = client.about("semanticTokens/full", uri)["data"]
    assert data[:15] == [0, 0, 7, 0, 0, 0, 9, 1, *data[8:10], 0, 3, 6, *data[13:15]]
    assert len(data) % 5 == 0


def test_types_that_are_left_out_are_shown_in_the_line(client: LanguageClient, uri: str) -> None:
    (hint,) = client.about("inlayHint", uri, range=span((0, 0), (9, 0)))
    assert (hint["label"], hint["position"]) == ("→ f32[1, 1]", {"line": 4, "character": 27})
    assert client.about("inlayHint", uri, range=span((0, 0), (2, 0))) == []


def test_formatting_gives_small_edits(client: LanguageClient, uri: str) -> None:
    client.change(uri, 2, edit((6, 8), (6, 9), "    "))
    edits = client.about("formatting", uri, options={"tabSize": 2, "insertSpaces": True})
    assert [each["range"]["start"]["line"] for each in edits if each["range"]["start"]["line"] == 6] == [6]


def test_a_model_that_appears_is_seen(client: LanguageClient) -> None:
    text = TEXT.replace(
        "{proc-block: modulo, inputs: [input], args: {modulus: 2}}", "{model: ./m.tflite, inputs: [input]}"
    )
    folder = client.folder / "other"
    folder.mkdir()
    uri = client.open("other/Runefile.yml", text)
    assert [each["code"] for each in client.diagnostics(uri, bool)] == ["RUNE0020"]
    (folder / "m.tflite").write_bytes(next(MODELS.glob("*.tflite")).read_bytes())
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": client.uri("other/m.tflite"), "type": 1}]})
    assert client.diagnostics(uri, lambda diagnostics: not diagnostics) == []
    assert "| input |" in client.at("hover", uri, 4, 20)["contents"]["value"]
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert client.diagnostics(uri, lambda diagnostics: not diagnostics) == []


def test_a_word_list_that_is_open_counts_as_it_is_in_the_editor(client: LanguageClient) -> None:
    text = TEXT.replace("modulo, inputs: [input], args: {modulus: 2}", "label, inputs: [input], args: {wordlist: $L}")
    folder = client.folder / "lists"
    folder.mkdir()
    (folder / "l.txt").write_text("")
    uri = client.open("lists/Runefile.yml", text + "resources: {L: {path: ./l.txt}}\n")
    assert "the wordlist is empty" in str(client.diagnostics(uri, bool)).lower()
    words = client.open("lists/l.txt", "one\ntwo\n", "plaintext")
    client.change(words, 2, {"text": "one\ntwo\nthree\n"})
    client.change(uri, 2, edit((1, 0), (1, 0), ""))
    assert client.diagnostics(uri, lambda diagnostics: not diagnostics) == []


def test_a_document_that_was_never_opened_changes_nothing(client: LanguageClient, uri: str) -> None:
    client.change(client.uri("Runefile.none.yml"), 2, {"text": "x"})
    client.notify("textDocument/didClose", {"textDocument": {"uri": client.uri("Runefile.none.yml")}})
    assert client.at("hover", client.uri("Runefile.none.yml"), 0, 0) is None
    assert client.at("hover", uri, 7, 15) is not None


def test_other_yaml_is_left_alone_and_a_runefile_is_known_by_its_language(
    client: LanguageClient,
) -> None:
    other = client.open("compose.yaml", "services: {}\n")
    assert client.at("completion", other, 0, 0) is None
    assert client.at("hover", other, 0, 2) is None
    document = client.open("mine.yml", "version: 2\n", "runefile")
    assert "RUNE0007" in [each["code"] for each in client.diagnostics(document, bool)]


@pytest.mark.slow
def test_a_client_without_snippets_gets_plain_text_and_the_server_ends_as_it_is_told(tmp_path: Path) -> None:
    with LanguageClient(tmp_path, {"general": {"positionEncodings": ["utf-8", "utf-16"]}}) as client:
        assert client.capabilities["positionEncoding"] == "utf-16"
        uri = client.open("Runefile", "version: 1\npipeline:\n  ")
        item = next(item for item in client.at("completion", uri, 2, 2)["items"] if item["label"] == "RAW stage")
        assert item["textEdit"]["newText"] == "input:\n  capability: RAW\n  args:\n    length: 1"
        assert item["insertTextFormat"] == 1
        assert client.stop() == 0


@pytest.mark.slow
def test_a_policy_is_checked_completed_and_explained(client: LanguageClient) -> None:
    uri = client.open("forge.yml", "limits:\n  sise: 1 kB\n  \n")
    (diagnostic,) = client.diagnostics(uri, bool)
    assert (diagnostic["code"], diagnostic["range"]) == ("RUNE0008", span((1, 2), (1, 6)))
    position = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 2}}
    labels = [item["label"] for item in client.ask("textDocument/completion", position)["items"]]
    assert "inference-time" in labels
    (fix, *_) = client.ask(
        "textDocument/codeAction",
        {"textDocument": {"uri": uri}, "range": diagnostic["range"], "context": {"diagnostics": [diagnostic]}},
    )
    assert fix["title"] == "Change to size"
    tooltip = client.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 1}})
    assert "Limits of a build." in tooltip["contents"]["value"]
    assert client.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}}) is None
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
