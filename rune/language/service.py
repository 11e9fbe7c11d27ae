"""The one entry point of the language service, with JSON in and out, for the page's worker, the server and tests.

The shapes are described in docs/reference/language.md. A request that is no request gets an error by name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from rune.blocks.resolver import BlockResolver
from rune.files import ProjectFiles
from rune.language.actions import Action, actions
from rune.language.analysis import Analysis
from rune.language.completion import complete
from rune.language.completion_items import Completion
from rune.language.file_mentions import file_mentions, rename_files
from rune.language.format import FormatRefused, format_text
from rune.language.graph_answers import (
    answer_arguments,
    answer_edit_graph,
    answer_fits,
    answer_palette,
    answer_ports,
    answer_suits,
    answer_types_fit,
)
from rune.language.graph_edit import GraphEditRefused
from rune.language.hints import hints
from rune.language.hover import hover
from rune.language.infer import infer_types
from rune.language.navigation import Location, RenameRefused, definition, prepare_rename, references, rename
from rune.language.positions import Utf16, in_utf16
from rune.language.requests import BadRequest, Json, choice_of, flag_of, object_of, path_of, text_of, whole_number_of
from rune.language.session import Session, files_from_json
from rune.language.structure import Folding, Symbol, foldings, symbols
from rune.language.tokens import Token, tokens
from rune.runefile import Edit, diagnostic_to_json, outline_to_json
from rune.runefile.source import SourceText
from rune.runefile.to_json import edit_to_json, position_to_json, span_to_json


class Service:
    """Answers requests about one project, which changes between them."""

    def __init__(self, blocks: BlockResolver, files: ProjectFiles | None = None) -> None:
        self._session = Session(blocks, files)

    def answer(self, request: object) -> Json:
        """`{"answer": ...}`, or `{"error": {"name", "message"}}`, with the files as the earlier requests left them.

        Never raises.
        """
        try:
            return {"answer": self._answered(request)}
        except BadRequest as error:
            return _error("bad-request", error.message)
        except RenameRefused as error:
            return _error("rename-refused", error.reason)
        except FormatRefused as error:
            return _error("format-refused", error.reason)
        except GraphEditRefused as error:
            return _error("graph-edit-refused", error.reason)

    def answer_text(self, request: str) -> str:
        """The same from and to JSON text, which costs least between Python and a page."""
        try:
            value = json.loads(request)
        except (ValueError, RecursionError):
            return json.dumps(_error("bad-request", "the request must be JSON"))
        return json.dumps(self.answer(value), ensure_ascii=False, separators=(",", ":"))

    def _answered(self, request: object) -> Any:
        if not isinstance(request, Mapping):
            raise BadRequest("a request must be an object")
        # Even where the request is refused: a client that sent files does not send them again.
        if "files" in request:
            changes = files_from_json(object_of(request, "files"))
            self._session.update(changes, replace=request.get("ask") == "open")
        ask = text_of(request, "ask")
        if ask not in ANSWERS and ask not in ("open", "change"):
            raise BadRequest(f'"ask" must be one of {", ".join(("open", "change", *ANSWERS))}')
        if ask == "open":
            object_of(request, "files")
        units = choice_of(request, "offsets", ("characters", "utf-16"))
        if ask in ("open", "change"):
            return None
        runefile = path_of(request["file"]) if request.get("file") is not None else None
        analysis = self._session.analysis(runefile)
        if units == "characters":
            return ANSWERS[ask](analysis, request)
        texts = _Texts(analysis)
        answered = ANSWERS[ask](analysis, _in_characters(request, texts(analysis.runefile)))
        return in_utf16(answered, analysis.runefile, texts)


class _Texts:
    """The texts of files that an answer points into, as units are counted in them."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._known = {analysis.runefile: Utf16(analysis.source)}

    def __call__(self, file: str) -> Utf16:
        if file not in self._known:
            self._known[file] = Utf16(SourceText(file, self._analysis.text_file(file) or ""))
        return self._known[file]


def _error(name: str, message: str) -> Json:
    return {"error": {"name": name, "message": message}}


def _in_characters(request: Mapping[str, Any], utf16: Utf16) -> Json:
    """The request with its offsets, which were counted in UTF-16, counted in characters."""
    converted = dict(request)
    for key in ("offset", "start", "end"):
        if key in request:
            converted[key] = utf16.offset(whole_number_of(request, key))
    return converted


def _check(analysis: Analysis, _request: Mapping[str, Any]) -> Json:
    checked = analysis.checked
    return {
        "runefile": analysis.runefile,
        "form": checked.syntax.form.value,
        "has_errors": checked.has_errors,
        "diagnostics": [diagnostic_to_json(diagnostic) for diagnostic in checked.diagnostics],
        "outline": outline_to_json(checked.outline),
    }


def _complete(analysis: Analysis, request: Mapping[str, Any]) -> Json | None:
    found = complete(analysis, whole_number_of(request, "offset"))
    if found is None:
        return None
    return {"span": span_to_json(found.span), "items": [_completion(item) for item in found.items]}


def _completion(item: Completion) -> Json:
    return {
        "label": item.label,
        "kind": item.kind.value,
        "insert": item.insert,
        "is_snippet": item.is_snippet,
        "detail": item.detail,
        "documentation": item.documentation,
    }


def _hover(analysis: Analysis, request: Mapping[str, Any]) -> Json | None:
    found = hover(analysis, whole_number_of(request, "offset"))
    return None if found is None else {"span": span_to_json(found.span), "text": found.text}


def _definition(analysis: Analysis, request: Mapping[str, Any]) -> Json:
    return _locations(definition(analysis, whole_number_of(request, "offset")))


def _references(analysis: Analysis, request: Mapping[str, Any]) -> Json:
    with_definition = flag_of(request, "with_definition", default=True)
    return _locations(references(analysis, whole_number_of(request, "offset"), with_definition=with_definition))


def _locations(found: tuple[Location, ...]) -> Json:
    return {"locations": [{"file": each.file, "span": span_to_json(each.span)} for each in found]}


def _prepare_rename(analysis: Analysis, request: Mapping[str, Any]) -> Json | None:
    span = prepare_rename(analysis, whole_number_of(request, "offset"))
    if span is None:
        return None
    return {"span": span_to_json(span), "name": analysis.source.text[span.start.offset : span.end.offset]}


def _rename(analysis: Analysis, request: Mapping[str, Any]) -> Json:
    return _edits(rename(analysis, whole_number_of(request, "offset"), text_of(request, "name")))


def _file_uses(analysis: Analysis, _request: Mapping[str, Any]) -> Json:
    uses = file_mentions(analysis)
    return {
        "uses": [
            {
                "path": each.path,
                "by": each.by,
                "kind": each.kind,
                "file": analysis.runefile,
                "span": span_to_json(each.span),
            }
            for each in uses
        ]
    }


def _rename_files(analysis: Analysis, request: Mapping[str, Any]) -> Json:
    moved = {path_of(old): path_of(new) for old, new in object_of(request, "moved").items()}
    return _edits(rename_files(analysis, moved))


def _format(analysis: Analysis, _request: Mapping[str, Any]) -> Json:
    return _edits(format_text(analysis))


def _infer(analysis: Analysis, _request: Mapping[str, Any]) -> Json:
    return _edits(infer_types(analysis))


def _edits(edits: tuple[Edit, ...]) -> Json:
    return {"edits": [edit_to_json(edit) for edit in edits]}


def _folding(analysis: Analysis, _request: Mapping[str, Any]) -> Json:
    return {"foldings": [_fold(each) for each in foldings(analysis)]}


def _fold(each: Folding) -> Json:
    return {"first_line": each.first_line, "last_line": each.last_line, "kind": each.kind.value}


def _hints(analysis: Analysis, _request: Mapping[str, Any]) -> Json:
    return {"hints": [{"at": position_to_json(each.at), "text": each.text} for each in hints(analysis)]}


def _symbols(analysis: Analysis, _request: Mapping[str, Any]) -> Json:
    return {"symbols": [_symbol(each) for each in symbols(analysis)]}


def _symbol(symbol: Symbol) -> Json:
    return {
        "name": symbol.name,
        "kind": symbol.kind.value,
        "detail": symbol.detail,
        "span": span_to_json(symbol.span),
        "name_span": span_to_json(symbol.name_span),
        "children": [_symbol(child) for child in symbol.children],
    }


def _tokens(analysis: Analysis, _request: Mapping[str, Any]) -> Json:
    return {"tokens": [_token(each) for each in tokens(analysis)]}


def _token(token: Token) -> Json:
    return {"kind": token.kind.value, "span": span_to_json(token.span), "is_definition": token.is_definition}


def _actions(analysis: Analysis, request: Mapping[str, Any]) -> Json:
    start, end = whole_number_of(request, "start"), whole_number_of(request, "end")
    return {"actions": [_action(each) for each in actions(analysis, start, end)]}


def _action(action: Action) -> Json:
    return {
        "title": action.title,
        "kind": action.kind.value,
        "code": action.code,
        "edits": [edit_to_json(edit) for edit in action.edits],
    }


ANSWERS: dict[str, Callable[[Analysis, Mapping[str, Any]], Any]] = {
    "check": _check,
    "complete": _complete,
    "hover": _hover,
    "definition": _definition,
    "references": _references,
    "prepare-rename": _prepare_rename,
    "rename": _rename,
    "file-uses": _file_uses,
    "rename-files": _rename_files,
    "format": _format,
    "infer": _infer,
    "folding": _folding,
    "hints": _hints,
    "symbols": _symbols,
    "tokens": _tokens,
    "actions": _actions,
    "edit-graph": answer_edit_graph,
    "palette": answer_palette,
    "arguments": answer_arguments,
    "fits": answer_fits,
    "ports": answer_ports,
    "suits": answer_suits,
    "types-fit": answer_types_fit,
}
