"""The server's features: each asks `rune.language` and converts the answer. No rule stands here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

import rune
from rune.language import Analysis
from rune.language.actions import actions
from rune.language.completion import complete
from rune.language.completion_items import Completion
from rune.language.format import FormatRefused, format_text
from rune.language.hints import hints
from rune.language.hover import hover
from rune.language.navigation import RenameRefused, definition, prepare_rename, references, rename
from rune.language.structure import foldings, symbols
from rune.language.tokens import tokens
from rune.lsp.convert import LEGEND, Converter, folding
from rune.lsp.documents import Document, Documents
from rune.lsp.protocol import Protocol

_REQUEST_FAILED = -32803
"""The protocol's code for a request that is right and cannot be done, with a message for the person."""
_PAUSE = 0.1
"""Seconds without a change before a file is checked, so that a long file is not checked at every key."""
_WATCHED = "**/*"


class Server(LanguageServer):
    """Holds the open documents, and the last list of completions, whose documentation may be asked for."""

    def __init__(self) -> None:
        super().__init__("rune", rune.__version__, protocol_cls=Protocol)
        self.documents = Documents()
        self.completions: tuple[Completion, ...] = ()
        self.list_number = 0
        self._waiting: asyncio.TimerHandle | None = None

    def asked(self, uri: str) -> tuple[Document, Analysis, Converter] | None:
        """An open Runefile and what is known of it."""
        document = self.documents.get(uri)
        if document is None:
            return None
        analysis = self.documents.analysis(document)
        return document, analysis, Converter(document, analysis)

    def check_soon(self) -> None:
        """Checks the open Runefiles when nothing has changed for a moment."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = asyncio.get_running_loop().call_later(_PAUSE, self.check_now)

    def check_now(self) -> None:
        """Tells what is wrong with every open Runefile."""
        self._waiting = None
        for document in self.documents.runefiles():
            analysis = self.documents.analysis(document)
            convert = Converter(document, analysis)
            found = [convert.diagnostic(each) for each in analysis.checked.diagnostics]
            self.tell(document.uri, document.version, found)

    def tell(self, uri: str, version: int | None, diagnostics: list[types.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics, version))


def make_server() -> Server:
    """A server with all its features, that waits to be started."""
    server = Server()
    _follow_documents(server)
    _answer_about_words(server)
    _answer_about_names(server)
    _answer_about_the_file(server)
    return server


def _follow_documents(server: Server) -> None:
    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace is not None else None
        if watching is not None and watching.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(_WATCHED)])
            registration = types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            server.client_register_capability(types.RegistrationParams([registration]))

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.documents.open(params.text_document)
        server.check_now()

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.documents.change(params.text_document.uri, params.text_document.version, params.content_changes)
        server.check_soon()

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def saved(_: types.DidSaveTextDocumentParams) -> None:
        server.documents.files_changed()
        server.check_soon()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: types.DidCloseTextDocumentParams) -> None:
        was_runefile = server.documents.get(params.text_document.uri) is not None
        server.documents.close(params.text_document.uri)
        if was_runefile:
            server.tell(params.text_document.uri, None, [])
        server.check_soon()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def files_changed(params: types.DidChangeWatchedFilesParams) -> None:
        if server.documents.concern(change.uri for change in params.changes):
            server.documents.files_changed()
            server.check_soon()


def _answer_about_words(server: Server) -> None:
    options = types.CompletionOptions(trigger_characters=[":", " ", "[", "{", ",", "$", "/", "@", '"', "-"])
    options.resolve_provider = True

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, options)
    def completion(params: types.CompletionParams) -> types.CompletionList | None:
        asked = server.asked(params.text_document.uri)
        if asked is None:
            return None
        _, analysis, convert = asked
        found = complete(analysis, convert.offset(params.position))
        if found is None:
            return None
        server.completions = found.items
        server.list_number += 1
        snippets = _knows_snippets(server.client_capabilities)
        items = [
            convert.completion(item, number, found.span, [server.list_number, number], with_snippets=snippets)
            for number, item in enumerate(found.items)
        ]
        return types.CompletionList(is_incomplete=False, items=items)

    @server.feature(types.COMPLETION_ITEM_RESOLVE)
    def resolve(item: types.CompletionItem) -> types.CompletionItem:
        match item.data:
            case [int(list_number), int(number)] if list_number == server.list_number:
                if 0 <= number < len(server.completions) and server.completions[number].documentation:
                    text = server.completions[number].documentation
                    item.documentation = types.MarkupContent(types.MarkupKind.Markdown, text)
        return item

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(params: types.HoverParams) -> types.Hover | None:
        asked = server.asked(params.text_document.uri)
        if asked is None:
            return None
        _, analysis, convert = asked
        found = hover(analysis, convert.offset(params.position))
        if found is None:
            return None
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, found.text), convert.range(found.span))


def _knows_snippets(capabilities: types.ClientCapabilities) -> bool:
    document = capabilities.text_document
    completion = document.completion if document is not None else None
    item = completion.completion_item if completion is not None else None
    return bool(item is not None and item.snippet_support)


def _answer_about_names(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def defined(params: types.DefinitionParams) -> list[types.Location]:
        asked = server.asked(params.text_document.uri)
        if asked is None:
            return []
        _, analysis, convert = asked
        found = definition(analysis, convert.offset(params.position))
        return [convert.location(each.file, each.span) for each in found]

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def referred(params: types.ReferenceParams) -> list[types.Location]:
        asked = server.asked(params.text_document.uri)
        if asked is None:
            return []
        _, analysis, convert = asked
        offset = convert.offset(params.position)
        found = references(analysis, offset, with_definition=params.context.include_declaration)
        return [convert.location(each.file, each.span) for each in found]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def highlighted(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        asked = server.asked(params.text_document.uri)
        if asked is None:
            return []
        _, analysis, convert = asked
        found = references(analysis, convert.offset(params.position))
        return [types.DocumentHighlight(convert.range(each.span)) for each in found]

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def may_be_renamed(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        asked = server.asked(params.text_document.uri)
        if asked is None:
            return None
        _, analysis, convert = asked
        span = prepare_rename(analysis, convert.offset(params.position))
        if span is None:
            return None
        name = analysis.source.text[span.start.offset : span.end.offset]
        return types.PrepareRenamePlaceholder(convert.range(span), name)

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def renamed(params: types.RenameParams) -> types.WorkspaceEdit | None:
        asked = server.asked(params.text_document.uri)
        if asked is None:
            return None
        _, analysis, convert = asked
        try:
            return convert.workspace_edit(rename(analysis, convert.offset(params.position), params.new_name))
        except RenameRefused as error:
            raise JsonRpcException(error.reason, _REQUEST_FAILED) from error


def _answer_about_the_file(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def formatted(params: types.DocumentFormattingParams) -> list[types.TextEdit]:
        asked = server.asked(params.text_document.uri)
        if asked is None:
            return []
        _, analysis, convert = asked
        try:
            return [convert.text_edit(edit) for edit in format_text(analysis)]
        except FormatRefused as error:
            raise JsonRpcException(error.reason, _REQUEST_FAILED) from error

    kinds = [types.CodeActionKind.QuickFix, types.CodeActionKind.RefactorRewrite, types.CodeActionKind.SourceFixAll]

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=kinds))
    def offered(params: types.CodeActionParams) -> list[types.CodeAction]:
        asked = server.asked(params.text_document.uri)
        if asked is None:
            return []
        _, analysis, convert = asked
        wanted = params.context.only
        found = actions(analysis, convert.offset(params.range.start), convert.offset(params.range.end))
        converted = [convert.action(each, params.context.diagnostics) for each in found]
        return [each for each in converted if wanted is None or _is_wanted(each, wanted)]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outlined(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        asked = server.asked(params.text_document.uri)
        return [] if asked is None else [asked[2].symbol(each) for each in symbols(asked[1])]

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    def folded(params: types.FoldingRangeParams) -> list[types.FoldingRange]:
        asked = server.asked(params.text_document.uri)
        return [] if asked is None else [folding(each) for each in foldings(asked[1])]

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def hinted(params: types.InlayHintParams) -> list[types.InlayHint]:
        asked = server.asked(params.text_document.uri)
        if asked is None:
            return []
        _, analysis, convert = asked
        first, last = params.range.start.line + 1, params.range.end.line + 1
        return [convert.hint(each) for each in hints(analysis) if first <= each.at.line <= last]

    @server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, LEGEND)
    def coloured(params: types.SemanticTokensParams) -> types.SemanticTokens:
        asked = server.asked(params.text_document.uri)
        return types.SemanticTokens([]) if asked is None else asked[2].tokens(tokens(asked[1]))


def _is_wanted(action: types.CodeAction, wanted: Sequence[types.CodeActionKind | str]) -> bool:
    """A kind means all kinds below it: `source` means `source.fixAll`."""
    kind = str(getattr(action.kind, "value", action.kind))
    names = [str(getattr(each, "value", each)) for each in wanted]
    return any(kind == name or kind.startswith(f"{name}.") or not name for name in names)
