"""The answers about an open Runefile: each asks `rune.editing.language` and converts what it says. No rule stands
here."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from rune.editing.language import Analysis
from rune.editing.language.actions import Action, actions
from rune.editing.language.blocks.analysis import BlockAnalysis
from rune.editing.language.blocks.names import first_use, rename_in_block, uses
from rune.editing.language.blocks.writing import hover_block
from rune.editing.language.format.formatting import format_text
from rune.editing.language.hints import hints
from rune.editing.language.hover import Hover, hover
from rune.editing.language.names.navigation import definition, prepare_rename, references, rename
from rune.editing.language.policy import PolicyAnalysis
from rune.editing.language.policy.answers import policy_actions
from rune.editing.language.policy.hover import hover_policy
from rune.editing.language.structure import foldings, symbols
from rune.editing.language.tokens import tokens
from rune.editing.lsp.convert import Converter, folding

ACTION_KINDS = (types.CodeActionKind.QuickFix, types.CodeActionKind.RefactorRewrite, types.CodeActionKind.SourceFixAll)


def hover_at(analysis: Analysis, convert: Converter, params: types.HoverParams) -> types.Hover | None:
    return _hover(convert, hover(analysis, convert.offset(params.position)))


def policy_hover_at(analysis: PolicyAnalysis, convert: Converter, params: types.HoverParams) -> types.Hover | None:
    return _hover(convert, hover_policy(analysis, convert.offset(params.position)))


def _hover(convert: Converter, hover: Hover | None) -> types.Hover | None:
    if hover is None:
        return None
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, hover.text), convert.range(hover.span))


def block_hover_at(analysis: BlockAnalysis, convert: Converter, params: types.HoverParams) -> types.Hover | None:
    return _hover(convert, hover_block(analysis, convert.offset(params.position)))


def block_definitions(
    analysis: BlockAnalysis, convert: Converter, params: types.DefinitionParams
) -> list[types.Location]:
    return [convert.location(each.file, each.span) for each in first_use(analysis, convert.offset(params.position))]


def block_references(
    analysis: BlockAnalysis, convert: Converter, params: types.ReferenceParams
) -> list[types.Location]:
    spans = uses(analysis, convert.offset(params.position))
    shown_spans = spans if params.context.include_declaration else spans[1:]
    return [convert.location(each.file, each.span) for each in shown_spans]


def block_rename_edit(analysis: BlockAnalysis, convert: Converter, params: types.RenameParams) -> types.WorkspaceEdit:
    """Raises `RenameRefused`."""
    return convert.workspace_edit(rename_in_block(analysis, convert.offset(params.position), params.new_name))


def definitions(analysis: Analysis, convert: Converter, params: types.DefinitionParams) -> list[types.Location]:
    location = definition(analysis, convert.offset(params.position))
    return [convert.location(each.file, each.span) for each in location]


def reference_locations(analysis: Analysis, convert: Converter, params: types.ReferenceParams) -> list[types.Location]:
    offset = convert.offset(params.position)
    locations = references(analysis, offset, with_definition=params.context.include_declaration)
    return [convert.location(each.file, each.span) for each in locations]


def highlights(
    analysis: Analysis, convert: Converter, params: types.DocumentHighlightParams
) -> list[types.DocumentHighlight]:
    locations = references(analysis, convert.offset(params.position))
    return [types.DocumentHighlight(convert.range(each.span)) for each in locations]


def may_be_renamed(
    analysis: Analysis, convert: Converter, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder | None:
    span = prepare_rename(analysis, convert.offset(params.position))
    if span is None:
        return None
    name = analysis.source.text[span.start.offset : span.end.offset]
    return types.PrepareRenamePlaceholder(convert.range(span), name)


def rename_edit(analysis: Analysis, convert: Converter, params: types.RenameParams) -> types.WorkspaceEdit:
    """Raises `RenameRefused`."""
    return convert.workspace_edit(rename(analysis, convert.offset(params.position), params.new_name))


def format_edits(analysis: Analysis, convert: Converter, _: types.DocumentFormattingParams) -> list[types.TextEdit]:
    """Raises `FormatRefused`."""
    return [convert.text_edit(edit) for edit in format_text(analysis)]


def code_actions(analysis: Analysis, convert: Converter, params: types.CodeActionParams) -> list[types.CodeAction]:
    return _requested_actions(convert, actions(analysis, *_offsets(convert, params)), params)


def policy_code_actions(
    analysis: PolicyAnalysis, convert: Converter, params: types.CodeActionParams
) -> list[types.CodeAction]:
    return _requested_actions(convert, policy_actions(analysis, *_offsets(convert, params)), params)


def _offsets(convert: Converter, params: types.CodeActionParams) -> tuple[int, int]:
    return convert.offset(params.range.start), convert.offset(params.range.end)


def _requested_actions(
    convert: Converter, actions: Sequence[Action], params: types.CodeActionParams
) -> list[types.CodeAction]:
    kinds = params.context.only
    code_actions = [convert.action(each, params.context.diagnostics) for each in actions]
    return [each for each in code_actions if kinds is None or _is_wanted(each, kinds)]


def _is_wanted(action: types.CodeAction, kinds: Sequence[types.CodeActionKind | str]) -> bool:
    """A kind means all kinds below it: `source` means `source.fixAll`."""
    kind = str(getattr(action.kind, "value", action.kind))
    names = [str(getattr(each, "value", each)) for each in kinds]
    return any(kind == name or kind.startswith(f"{name}.") or not name for name in names)


def document_symbols(
    analysis: Analysis, convert: Converter, _: types.DocumentSymbolParams
) -> list[types.DocumentSymbol]:
    return [convert.symbol(each) for each in symbols(analysis)]


def folding_ranges(analysis: Analysis, _: Converter, __: types.FoldingRangeParams) -> list[types.FoldingRange]:
    return [folding(each) for each in foldings(analysis)]


def inlay_hints(analysis: Analysis, convert: Converter, params: types.InlayHintParams) -> list[types.InlayHint]:
    first, last = params.range.start.line + 1, params.range.end.line + 1
    return [convert.hint(each) for each in hints(analysis) if first <= each.at.line <= last]


def semantic_tokens(analysis: Analysis, convert: Converter, _: types.SemanticTokensParams) -> types.SemanticTokens:
    return convert.tokens(tokens(analysis))
