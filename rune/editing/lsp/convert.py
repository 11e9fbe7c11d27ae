"""Answers of `rune.editing.language` in the types of the protocol. Every position becomes a line and units of
UTF-16."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types

import rune
from rune.editing.language.actions import Action, ActionKind
from rune.editing.language.completion.items import Completion, CompletionKind, without_fields
from rune.editing.language.hints import Hint
from rune.editing.language.positions import Utf16
from rune.editing.language.structure import Folding, FoldingKind, Symbol, SymbolKind
from rune.editing.language.tokens import Token, TokenKind
from rune.editing.lsp.documents import OpenDocument, uri_of
from rune.source.runefile import Diagnostic, Edit, Severity, Span
from rune.source.runefile.codes import Code
from rune.source.runefile.source import SourceText

PAGES = Path(rune.__file__).resolve().parent.parent / "docs" / "reference" / "diagnostics"
"""A checkout has the pages of the diagnostics."""

_COMPLETION_KINDS = {
    CompletionKind.KEY: types.CompletionItemKind.Property,
    CompletionKind.STAGE: types.CompletionItemKind.Variable,
    CompletionKind.CAPABILITY: types.CompletionItemKind.Interface,
    CompletionKind.BLOCK: types.CompletionItemKind.Function,
    CompletionKind.ARGUMENT: types.CompletionItemKind.Field,
    CompletionKind.VALUE: types.CompletionItemKind.Value,
    CompletionKind.TYPE: types.CompletionItemKind.TypeParameter,
    CompletionKind.FILE: types.CompletionItemKind.File,
    CompletionKind.RESOURCE: types.CompletionItemKind.Constant,
    CompletionKind.SNIPPET: types.CompletionItemKind.Snippet,
}
_SYMBOL_KINDS = {
    SymbolKind.PART: types.SymbolKind.Namespace,
    SymbolKind.CAPABILITY: types.SymbolKind.Interface,
    SymbolKind.BLOCK: types.SymbolKind.Function,
    SymbolKind.MODEL: types.SymbolKind.Class,
    SymbolKind.OUTPUT: types.SymbolKind.Event,
    SymbolKind.STAGE: types.SymbolKind.Object,
    SymbolKind.RESOURCE: types.SymbolKind.Constant,
}
_ACTION_KINDS = {
    ActionKind.QUICK_FIX: types.CodeActionKind.QuickFix,
    ActionKind.REFACTOR: types.CodeActionKind.RefactorRewrite,
    ActionKind.FIX_ALL: types.CodeActionKind.SourceFixAll,
}
_TOKEN_TYPES = {
    TokenKind.KEY: types.SemanticTokenTypes.Keyword,
    TokenKind.STAGE: types.SemanticTokenTypes.Variable,
    TokenKind.CAPABILITY: types.SemanticTokenTypes.Interface,
    TokenKind.BLOCK: types.SemanticTokenTypes.Function,
    TokenKind.FILE: types.SemanticTokenTypes.String,
    TokenKind.OUTPUT: types.SemanticTokenTypes.Event,
    TokenKind.ARGUMENT: types.SemanticTokenTypes.Parameter,
    TokenKind.TYPE: types.SemanticTokenTypes.Type,
    TokenKind.RESOURCE: types.SemanticTokenTypes.Macro,
    TokenKind.NUMBER: types.SemanticTokenTypes.Number,
    TokenKind.TEXT: types.SemanticTokenTypes.String,
    TokenKind.COMMENT: types.SemanticTokenTypes.Comment,
}
_LEGEND_TYPES = list(dict.fromkeys(_TOKEN_TYPES.values()))
LEGEND = types.SemanticTokensLegend(
    [kind.value for kind in _LEGEND_TYPES], [types.SemanticTokenModifiers.Declaration.value]
)
_UNNECESSARY = {Code.UNUSED_STAGE.value, Code.UNUSED_RESOURCE.value}


class Converter:
    """Converts what was answered about one document."""

    def __init__(self, document: OpenDocument, source: SourceText, file: str) -> None:
        self._document = document
        self._utf16 = Utf16(source)
        self._file = file

    def offset(self, position: types.Position) -> int:
        return self._utf16.offset_at(position.line, position.character)

    def range(self, span: Span, file: str | None = None) -> types.Range:
        """A span of the Runefile; of another file, whose text is not known here, by its own columns."""
        if file is not None and file != self._file:
            start, end = span.start, span.end
            return types.Range(
                types.Position(start.line - 1, start.column - 1), types.Position(end.line - 1, end.column - 1)
            )
        return types.Range(
            types.Position(span.start.line - 1, self._utf16.column(span.start.offset)),
            types.Position(span.end.line - 1, self._utf16.column(span.end.offset)),
        )

    def location(self, file: str, span: Span) -> types.Location:
        return types.Location(uri_of(self._document, file), self.range(span, file))

    def workspace_edit(self, edits: tuple[Edit, ...]) -> types.WorkspaceEdit:
        changes: dict[str, list[types.TextEdit]] = {}
        for edit in edits:
            changes.setdefault(uri_of(self._document, edit.file), []).append(self.text_edit(edit))
        return types.WorkspaceEdit(changes=changes)

    def text_edit(self, edit: Edit) -> types.TextEdit:
        return types.TextEdit(self.range(edit.span, edit.file), edit.text)

    def diagnostic(self, diagnostic: Diagnostic) -> types.Diagnostic:
        page = PAGES / f"{diagnostic.code}.md"
        is_error = diagnostic.severity is Severity.ERROR
        return types.Diagnostic(
            range=self.range(diagnostic.span),
            message="\n".join([diagnostic.message, *diagnostic.notes]),
            severity=types.DiagnosticSeverity.Error if is_error else types.DiagnosticSeverity.Warning,
            code=diagnostic.code,
            code_description=types.CodeDescription(page.as_uri()) if page.is_file() else None,
            source="rune",
            tags=[types.DiagnosticTag.Unnecessary] if diagnostic.code in _UNNECESSARY else None,
        )

    def completion(
        self, item: Completion, number: int, span: Span, data: object, *, with_snippets: bool
    ) -> types.CompletionItem:
        """Converts a completion without its documentation, which an editor asks for by itself."""
        is_snippet = item.is_snippet and with_snippets
        text = item.insert if is_snippet or not item.is_snippet else without_fields(item.insert)
        return types.CompletionItem(
            label=item.label,
            kind=_COMPLETION_KINDS[item.kind],
            detail=item.detail or None,
            sort_text=f"{number:04}",
            filter_text=item.label,
            insert_text_format=types.InsertTextFormat.Snippet if is_snippet else types.InsertTextFormat.PlainText,
            insert_text_mode=types.InsertTextMode.AdjustIndentation,
            text_edit=types.TextEdit(self.range(span), text),
            data=data,
        )

    def symbol(self, symbol: Symbol) -> types.DocumentSymbol:
        return types.DocumentSymbol(
            name=symbol.name or "?",
            kind=_SYMBOL_KINDS[symbol.kind],
            range=self.range(symbol.span),
            selection_range=self.range(symbol.name_span),
            detail=symbol.detail or None,
            children=[self.symbol(child) for child in symbol.children],
        )

    def action(self, action: Action, diagnostics: Sequence[types.Diagnostic]) -> types.CodeAction:
        fixed_diagnostics = [each for each in diagnostics if each.code == action.code]
        return types.CodeAction(
            title=action.title,
            kind=_ACTION_KINDS[action.kind],
            diagnostics=fixed_diagnostics or None,
            edit=self.workspace_edit(action.edits),
        )

    def hint(self, hint: Hint) -> types.InlayHint:
        position = self.range(Span(hint.at, hint.at)).start
        return types.InlayHint(position, hint.text, types.InlayHintKind.Type, padding_left=True)

    def tokens(self, tokens: tuple[Token, ...]) -> types.SemanticTokens:
        """Each as five numbers: lines and units since the one before, length, type, modifiers."""
        data: list[int] = []
        line = column = 0
        for token in tokens:
            at = self.range(token.span)
            row, start = at.start.line, at.start.character
            kind = _LEGEND_TYPES.index(_TOKEN_TYPES[token.kind])
            since = start - column if row == line else start
            data += (row - line, since, at.end.character - start, kind, int(token.is_definition))
            line, column = row, start
        return types.SemanticTokens(data)


def folding(fold: Folding) -> types.FoldingRange:
    kind = types.FoldingRangeKind.Comment if fold.kind is FoldingKind.COMMENT else types.FoldingRangeKind.Region
    return types.FoldingRange(fold.first_line - 1, fold.last_line - 1, kind=kind)
