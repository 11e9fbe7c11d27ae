"""The language service's answers about a text, as JSON; those about the graph are in graph_answers.py."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from rune.editing.language.actions import Action, ActionKind
from rune.editing.language.completion.items import Completion, CompletionKind
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.hints import Hint
from rune.editing.language.names.file_mentions import FileMention
from rune.editing.language.names.navigation import Location
from rune.editing.language.structure import Folding, FoldingKind, Symbol, SymbolKind
from rune.editing.language.tokens import Token, TokenKind
from rune.source.policy import check_policy
from rune.source.runefile import Edit, diagnostic_to_json, outline_to_json
from rune.source.runefile.syntax import RunefileForm
from rune.source.runefile.to_json import (
    DiagnosticJson,
    OutlineJson,
    PositionJson,
    SpanJson,
    TextEditJson,
    edit_to_json,
    position_to_json,
    span_to_json,
)


class CheckAnswerJson(TypedDict):
    """The problems of a Runefile, and of the `forge.yml` beside it, and the drawable parts of the Runefile.

    `has_errors` is of the Runefile alone: with it, nothing can be built.
    """

    runefile: str
    form: Annotated[str, RunefileForm]
    has_errors: bool
    diagnostics: list[DiagnosticJson]
    outline: OutlineJson


class CompletionItemJson(TypedDict):
    """A completion; a snippet has placeholders. `documentation` is Markdown."""

    label: str
    kind: Annotated[str, CompletionKind]
    insert: str
    is_snippet: bool
    detail: str
    documentation: str


class CompleteAnswerJson(TypedDict):
    """The word that is replaced, and what by, the best first."""

    span: SpanJson
    items: list[CompletionItemJson]


class HoverAnswerJson(TypedDict):
    """The description of a word, in Markdown."""

    span: SpanJson
    text: str


class LanguageLocationJson(TypedDict):
    """A place in a file."""

    file: str
    span: SpanJson


class LocationsAnswerJson(TypedDict):
    """The places where something is defined or used."""

    locations: list[LanguageLocationJson]


class PrepareRenameAnswerJson(TypedDict):
    """The name that can be changed."""

    span: SpanJson
    name: str


class EditsAnswerJson(TypedDict):
    """Edits that are made together."""

    edits: list[TextEditJson]


class FileUseJson(LanguageLocationJson):
    """A file of the project that the Runefile names, and the stage or the resource that does."""

    path: str
    by: str
    kind: Literal["stage", "resource"]


class FileUsesAnswerJson(TypedDict):
    """The files that the Runefile names."""

    uses: list[FileUseJson]


class LanguageFoldingJson(TypedDict):
    """Lines that can be folded."""

    first_line: int
    last_line: int
    kind: Annotated[str, FoldingKind]


class FoldingAnswerJson(TypedDict):
    """A foldable range."""

    foldings: list[LanguageFoldingJson]


class LanguageHintJson(TypedDict):
    """A type that is not written, to be shown after a position."""

    at: PositionJson
    text: str


class HintsAnswerJson(TypedDict):
    """The types that are not written."""

    hints: list[LanguageHintJson]


class LanguageSymbolJson(TypedDict):
    """A part of a Runefile with the parts in it."""

    name: str
    kind: Annotated[str, SymbolKind]
    detail: str
    span: SpanJson
    name_span: SpanJson
    children: list[LanguageSymbolJson]


class SymbolsAnswerJson(TypedDict):
    """The parts of a Runefile."""

    symbols: list[LanguageSymbolJson]


class LanguageTokenJson(TypedDict):
    """The meaning of a word, for its colour."""

    kind: Annotated[str, TokenKind]
    span: SpanJson
    is_definition: bool


class TokensAnswerJson(TypedDict):
    """The meaning of words."""

    tokens: list[LanguageTokenJson]


class LanguageActionJson(TypedDict):
    """Edits with a title. `code` is that of the problem that they fix."""

    title: str
    kind: Annotated[str, ActionKind]
    code: str | None
    edits: list[TextEditJson]


class ActionsAnswerJson(TypedDict):
    """The actions for a part of the text."""

    actions: list[LanguageActionJson]


def check_to_json(analysis: Analysis) -> CheckAnswerJson:
    checked_runefile = analysis.checked_runefile
    return {
        "runefile": analysis.runefile,
        "form": checked_runefile.syntax.form.value,
        "has_errors": checked_runefile.has_errors,
        "diagnostics": [
            diagnostic_to_json(diagnostic)
            for diagnostic in (*checked_runefile.diagnostics, *check_policy(analysis.files).diagnostics)
        ],
        "outline": outline_to_json(checked_runefile.outline),
    }


def completion_to_json(item: Completion) -> CompletionItemJson:
    return {
        "label": item.label,
        "kind": item.kind.value,
        "insert": item.insert,
        "is_snippet": item.is_snippet,
        "detail": item.detail,
        "documentation": item.documentation,
    }


def locations_to_json(locations: tuple[Location, ...]) -> LocationsAnswerJson:
    return {"locations": [{"file": each.file, "span": span_to_json(each.span)} for each in locations]}


def edits_to_json(edits: tuple[Edit, ...]) -> EditsAnswerJson:
    return {"edits": [edit_to_json(edit) for edit in edits]}


def file_use_to_json(mention: FileMention, runefile: str) -> FileUseJson:
    return {
        "path": mention.path,
        "by": mention.by,
        "kind": mention.kind,
        "file": runefile,
        "span": span_to_json(mention.span),
    }


def folding_to_json(each: Folding) -> LanguageFoldingJson:
    return {"first_line": each.first_line, "last_line": each.last_line, "kind": each.kind.value}


def hint_to_json(each: Hint) -> LanguageHintJson:
    return {"at": position_to_json(each.at), "text": each.text}


def symbol_to_json(symbol: Symbol) -> LanguageSymbolJson:
    return {
        "name": symbol.name,
        "kind": symbol.kind.value,
        "detail": symbol.detail,
        "span": span_to_json(symbol.span),
        "name_span": span_to_json(symbol.name_span),
        "children": [symbol_to_json(child) for child in symbol.children],
    }


def token_to_json(token: Token) -> LanguageTokenJson:
    return {"kind": token.kind.value, "span": span_to_json(token.span), "is_definition": token.is_definition}


def action_to_json(action: Action) -> LanguageActionJson:
    return {
        "title": action.title,
        "kind": action.kind.value,
        "code": action.code,
        "edits": [edit_to_json(edit) for edit in action.edits],
    }
