"""The one entry point of the language service, with JSON in and out, for the page's worker, the server and tests.

The shapes are described in docs/reference/language.md. A request that is no request gets an error by name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from rune.blocks.resolver import BlockResolver
from rune.editing.language.actions import actions
from rune.editing.language.blocks.analysis import analyse_block, is_block_file
from rune.editing.language.blocks.answers import BLOCK_ANSWERS
from rune.editing.language.blocks.new import NewBlockRefused
from rune.editing.language.blocks.run import BlockAnswerJson, StageBlockJson, stage_block
from rune.editing.language.completion.completing import complete
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.format.formatting import FormatRefused, format_text
from rune.editing.language.graph.drawing import PaletteAnswerJson
from rune.editing.language.graph.edit import GraphEditRefused
from rune.editing.language.graph.infer import infer_types
from rune.editing.language.graph_answers import (
    ArgumentsAnswerJson,
    EditGraphAnswerJson,
    FitsAnswerJson,
    JoinAnswerJson,
    NewBlockAnswerJson,
    PortsAnswerJson,
    ReasonAnswerJson,
    SourcesAnswerJson,
    SuitsAnswerJson,
    answer_arguments,
    answer_copy_block,
    answer_edit_graph,
    answer_fits,
    answer_join,
    answer_new_block,
    answer_palette,
    answer_ports,
    answer_suits,
    answer_types_fit,
)
from rune.editing.language.hints import hints
from rune.editing.language.hover import hover
from rune.editing.language.names.file_mentions import file_mentions, rename_files
from rune.editing.language.names.navigation import RenameRefused, definition, prepare_rename, references, rename
from rune.editing.language.policy import analyse_policy
from rune.editing.language.policy.answers import POLICY_ANSWERS
from rune.editing.language.policy.entry_edits import ModelEditRefused
from rune.editing.language.policy.model_entries import ModelEntriesAnswerJson
from rune.editing.language.positions import Utf16, in_utf16
from rune.editing.language.requests import (
    BadLanguageRequest,
    Json,
    choice_of,
    flag_of,
    object_of,
    path_of,
    text_of,
    whole_number_of,
)
from rune.editing.language.session import Session, files_from_json
from rune.editing.language.structure import foldings, symbols
from rune.editing.language.to_json import (
    ActionsAnswerJson,
    CheckAnswerJson,
    CompleteAnswerJson,
    EditsAnswerJson,
    FileUsesAnswerJson,
    FoldingAnswerJson,
    HintsAnswerJson,
    HoverAnswerJson,
    LocationsAnswerJson,
    PrepareRenameAnswerJson,
    SymbolsAnswerJson,
    TokensAnswerJson,
    action_to_json,
    check_to_json,
    completion_to_json,
    edits_to_json,
    file_use_to_json,
    folding_to_json,
    hint_to_json,
    locations_to_json,
    symbol_to_json,
    token_to_json,
)
from rune.editing.language.tokens import tokens
from rune.project.files import ProjectFiles
from rune.source.policy import POLICY_FILE
from rune.source.runefile.source import SourceText
from rune.source.runefile.to_json import span_to_json

TEXT_LIMIT = 1024 * 1024
"""Bytes of a file that callers give as it is; of a larger one they tell only its size."""


class LanguageService:
    """Answers requests about one project, which changes between them."""

    def __init__(self, blocks: BlockResolver, files: ProjectFiles | None = None) -> None:
        self._session = Session(blocks, files)

    def answer(self, request: object) -> Json:
        """`{"answer": ...}`, or `{"error": {"name", "message"}}`, with the files as the earlier requests left them.

        Never raises.
        """
        try:
            return {"answer": self._answer(request)}
        except BadLanguageRequest as error:
            return _error("bad-request", error.message)
        except RenameRefused as error:
            return _error("rename-refused", error.reason)
        except FormatRefused as error:
            return _error("format-refused", error.reason)
        except GraphEditRefused as error:
            return _error("graph-edit-refused", error.reason)
        except ModelEditRefused as error:
            return _error("model-edit-refused", error.reason)
        except NewBlockRefused as error:
            return _error("new-block-refused", error.reason)

    def answer_text(self, request: str) -> str:
        """The same from and to JSON text, which costs least between Python and a page."""
        try:
            value = json.loads(request)
        except (ValueError, RecursionError):
            return json.dumps(_error("bad-request", "the request must be JSON"))
        return json.dumps(self.answer(value), ensure_ascii=False, separators=(",", ":"))

    def _answer(self, request: object) -> Any:
        if not isinstance(request, Mapping):
            raise BadLanguageRequest("a request must be an object")
        # Even where the request is refused: a client that sent files does not send them again.
        if "files" in request:
            changes = files_from_json(object_of(request, "files"))
            self._session.update(changes, replace=request.get("ask") == "open")
        ask = text_of(request, "ask")
        if ask not in ("open", "change") and not any(ask in each for each in (ANSWERS, BLOCK_ANSWERS, POLICY_ANSWERS)):
            raise BadLanguageRequest(f'"ask" must be one of {", ".join(("open", "change", *ANSWERS))}')
        if ask == "open":
            object_of(request, "files")
        units = choice_of(request, "offsets", ("characters", "utf-16"))
        if ask in ("open", "change"):
            return None
        file = path_of(request["file"]) if request.get("file") is not None else None
        if file == POLICY_FILE:
            return self._answer_of_policy(ask, request, units)
        if file is not None and is_block_file(file):
            return self._answer_of_block(ask, request, units, file)
        if ask not in ANSWERS:
            subject = "a block in Python" if ask in BLOCK_ANSWERS else POLICY_FILE
            raise BadLanguageRequest(f'"{ask}" is asked of {subject}')
        analysis = self._session.analysis(file)
        if units == "characters":
            return ANSWERS[ask](analysis, request)
        texts = _Texts(analysis)
        answer = ANSWERS[ask](analysis, _in_characters(request, texts(analysis.runefile)))
        return in_utf16(answer, analysis.runefile, texts)

    def _answer_of_block(self, ask: str, request: Mapping[str, Any], units: str, file: str) -> Any:
        if ask not in BLOCK_ANSWERS:
            raise BadLanguageRequest(f'"{ask}" is asked of a Runefile, and not of {file}')
        analysis = analyse_block(self._session.analysis(), file)
        if units == "characters":
            return BLOCK_ANSWERS[ask](analysis, request)
        texts = _Texts(analysis.project)
        answer = BLOCK_ANSWERS[ask](analysis, _in_characters(request, Utf16(analysis.source)))
        return in_utf16(answer, file, texts)

    def _answer_of_policy(self, ask: str, request: Mapping[str, Any], units: str) -> Any:
        if ask not in POLICY_ANSWERS:
            raise BadLanguageRequest(f'"{ask}" is asked of a Runefile, and not of {POLICY_FILE}')
        analysis = analyse_policy(self._session, self._session.analysis().checked_runefile)
        if units == "characters":
            return POLICY_ANSWERS[ask](analysis, request)
        text = Utf16(analysis.source)
        answer = POLICY_ANSWERS[ask](analysis, _in_characters(request, text))
        return in_utf16(answer, POLICY_FILE, lambda _: text)


class _Texts:
    """The texts of files that an answer points into, as units are counted in them."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._texts = {analysis.runefile: Utf16(analysis.source)}

    def __call__(self, file: str) -> Utf16:
        if file not in self._texts:
            self._texts[file] = Utf16(SourceText(file, self._analysis.text_file(file) or ""))
        return self._texts[file]


def _error(name: str, message: str) -> Json:
    return {"error": {"name": name, "message": message}}


def _in_characters(request: Mapping[str, Any], utf16: Utf16) -> Json:
    """The request with its offsets, which were counted in UTF-16, counted in characters."""
    converted_request = dict(request)
    for key in ("offset", "start", "end"):
        if key in request:
            converted_request[key] = utf16.offset(whole_number_of(request, key))
    return converted_request


def _check(analysis: Analysis, _request: Mapping[str, Any]) -> CheckAnswerJson:
    return check_to_json(analysis)


def _complete(analysis: Analysis, request: Mapping[str, Any]) -> CompleteAnswerJson | None:
    completions = complete(analysis, whole_number_of(request, "offset"))
    if completions is None:
        return None
    return {"span": span_to_json(completions.span), "items": [completion_to_json(item) for item in completions.items]}


def _hover(analysis: Analysis, request: Mapping[str, Any]) -> HoverAnswerJson | None:
    answer = hover(analysis, whole_number_of(request, "offset"))
    return None if answer is None else {"span": span_to_json(answer.span), "text": answer.text}


def _definition(analysis: Analysis, request: Mapping[str, Any]) -> LocationsAnswerJson:
    return locations_to_json(definition(analysis, whole_number_of(request, "offset")))


def _references(analysis: Analysis, request: Mapping[str, Any]) -> LocationsAnswerJson:
    with_definition = flag_of(request, "with_definition", default=True)
    return locations_to_json(references(analysis, whole_number_of(request, "offset"), with_definition=with_definition))


def _prepare_rename(analysis: Analysis, request: Mapping[str, Any]) -> PrepareRenameAnswerJson | None:
    span = prepare_rename(analysis, whole_number_of(request, "offset"))
    if span is None:
        return None
    return {"span": span_to_json(span), "name": analysis.source.text[span.start.offset : span.end.offset]}


def _rename(analysis: Analysis, request: Mapping[str, Any]) -> EditsAnswerJson:
    return edits_to_json(rename(analysis, whole_number_of(request, "offset"), text_of(request, "name")))


def _file_uses(analysis: Analysis, _request: Mapping[str, Any]) -> FileUsesAnswerJson:
    return {"uses": [file_use_to_json(each, analysis.runefile) for each in file_mentions(analysis)]}


def _rename_files(analysis: Analysis, request: Mapping[str, Any]) -> EditsAnswerJson:
    new_paths = {path_of(old): path_of(new) for old, new in object_of(request, "moved").items()}
    return edits_to_json(rename_files(analysis, new_paths))


def _format(analysis: Analysis, _request: Mapping[str, Any]) -> EditsAnswerJson:
    return edits_to_json(format_text(analysis))


def _infer(analysis: Analysis, _request: Mapping[str, Any]) -> EditsAnswerJson:
    return edits_to_json(infer_types(analysis))


def _folding(analysis: Analysis, _request: Mapping[str, Any]) -> FoldingAnswerJson:
    return {"foldings": [folding_to_json(each) for each in foldings(analysis)]}


def _hints(analysis: Analysis, _request: Mapping[str, Any]) -> HintsAnswerJson:
    return {"hints": [hint_to_json(each) for each in hints(analysis)]}


def _symbols(analysis: Analysis, _request: Mapping[str, Any]) -> SymbolsAnswerJson:
    return {"symbols": [symbol_to_json(each) for each in symbols(analysis)]}


def _tokens(analysis: Analysis, _request: Mapping[str, Any]) -> TokensAnswerJson:
    return {"tokens": [token_to_json(each) for each in tokens(analysis)]}


def _actions(analysis: Analysis, request: Mapping[str, Any]) -> ActionsAnswerJson:
    start, end = whole_number_of(request, "start"), whole_number_of(request, "end")
    return {"actions": [action_to_json(each) for each in actions(analysis, start, end)]}


AnswerJson = (
    CheckAnswerJson
    | CompleteAnswerJson
    | HoverAnswerJson
    | LocationsAnswerJson
    | PrepareRenameAnswerJson
    | EditsAnswerJson
    | FileUsesAnswerJson
    | FoldingAnswerJson
    | HintsAnswerJson
    | SymbolsAnswerJson
    | TokensAnswerJson
    | ActionsAnswerJson
    | EditGraphAnswerJson
    | PaletteAnswerJson
    | ArgumentsAnswerJson
    | BlockAnswerJson
    | StageBlockJson
    | FitsAnswerJson
    | NewBlockAnswerJson
    | SourcesAnswerJson
    | ReasonAnswerJson
    | PortsAnswerJson
    | SuitsAnswerJson
    | JoinAnswerJson
    | ModelEntriesAnswerJson
    | None
)
"""The types of answers; None where there is nothing to answer."""

ANSWERS: dict[str, Callable[[Analysis, Mapping[str, Any]], AnswerJson]] = {
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
    "new-block": answer_new_block,
    "copy-block": answer_copy_block,
    "stage-block": lambda analysis, request: stage_block(analysis, text_of(request, "stage")),
    "arguments": answer_arguments,
    "fits": answer_fits,
    "join": answer_join,
    "ports": answer_ports,
    "suits": answer_suits,
    "types-fit": answer_types_fit,
}
