"""The language server: its documents and its features. What each answers stands in `answers`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

import rune
from rune.blocks.resolver import BlockResolver
from rune.editing.language import Analysis
from rune.editing.language.blocks.analysis import BlockAnalysis
from rune.editing.language.blocks.writing import complete_block
from rune.editing.language.completion.completing import complete
from rune.editing.language.completion.items import Completion, Completions
from rune.editing.language.format.formatting import FormatRefused
from rune.editing.language.names.navigation import RenameRefused
from rune.editing.language.policy import PolicyAnalysis
from rune.editing.language.policy.completion import complete_policy
from rune.editing.lsp import answers
from rune.editing.lsp.convert import LEGEND, Converter
from rune.editing.lsp.documents import Documents, OpenDocument, uri_of
from rune.editing.lsp.protocol import RunefileProtocol
from rune.source.runefile import Diagnostic
from rune.source.runefile.source import SourceText

_REQUEST_FAILED = -32803
"""The protocol's code for a request that is right and cannot be done, with a message for the person."""
_PAUSE = 0.1
"""Seconds without a change before a file is checked, so that a long file is not checked at every key."""
_WATCHED_FILES = "**/*"

P = TypeVar("P", bound="_AboutADocument")
R = TypeVar("R")


class Server(LanguageServer):
    """Holds the open documents, and the last list of completions, whose documentation may be asked for."""

    def __init__(self, blocks: BlockResolver) -> None:
        super().__init__("rune", rune.__version__, protocol_cls=RunefileProtocol)
        self.documents = Documents(blocks)
        self.completions: tuple[Completion, ...] = ()
        self.list_number = 0
        self._block_files: dict[str, tuple[str, ...]] = {}
        """The files of blocks that something was wrong with, by the Runefile that runs them."""
        self._waiting: asyncio.TimerHandle | None = None

    def check_soon(self) -> None:
        """Checks the open Runefiles when nothing has changed for a moment."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = asyncio.get_running_loop().call_later(_PAUSE, self.check_now)

    def check_now(self) -> None:
        """Tells what is wrong with every open Runefile and forge.yml."""
        self._waiting = None
        for document in self.documents.runefiles():
            analysis = self.documents.analysis(document)
            own = [each for each in analysis.checked_runefile.diagnostics if each.file == analysis.runefile]
            self._publish_diagnostics(document, analysis.source, own)
            self._publish_block_diagnostics(document, analysis)
        for document in self.documents.policies():
            checked_policy = self.documents.policy(document).checked_policy
            self._publish_diagnostics(document, checked_policy.source, checked_policy.diagnostics)

    def _publish_diagnostics(
        self, document: OpenDocument, source: SourceText, diagnostics: Sequence[Diagnostic]
    ) -> None:
        convert = Converter(document, source, document.path.name)
        self.publish(document.uri, document.version, [convert.diagnostic(each) for each in diagnostics])

    def _publish_block_diagnostics(self, document: OpenDocument, analysis: Analysis) -> None:
        """The problems of the project's own blocks, and an empty list for a block that has none any more."""
        by_uri: dict[str, list[Diagnostic]] = {}
        for each in analysis.checked_runefile.diagnostics:
            if each.file != analysis.runefile:
                by_uri.setdefault(each.file, []).append(each)
        for file in {*by_uri, *self._block_files.get(document.uri, ())}:
            path = document.path.parent / file
            text = analysis.text_file(file) or ""
            block = OpenDocument(uri_of(document, file), path, text, None, "python")
            convert = Converter(block, SourceText(file, text), path.name)
            self.publish(block.uri, None, [convert.diagnostic(each) for each in by_uri.get(file, [])])
        self._block_files[document.uri] = tuple(by_uri)

    def forget(self, document: OpenDocument) -> None:
        """Withdraws the problems of a document that was closed, and of the blocks that it runs."""
        for uri in (document.uri, *(uri_of(document, file) for file in self._block_files.pop(document.uri, ()))):
            self.publish(uri, None, [])

    def publish(self, uri: str, version: int | None, diagnostics: list[types.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics, version))


def make_server(blocks: BlockResolver) -> Server:
    """A server with all its features, that waits to be started. `blocks` finds the proc-blocks."""
    server = Server(blocks)
    _follow_documents(server)
    _answer_completions(server)
    _answer(
        server,
        types.TEXT_DOCUMENT_HOVER,
        answers.hover_at,
        policy=answers.policy_hover_at,
        block=answers.block_hover_at,
    )
    _answer(server, types.TEXT_DOCUMENT_DEFINITION, answers.definitions, block=answers.block_definitions)
    _answer(server, types.TEXT_DOCUMENT_REFERENCES, answers.reference_locations, block=answers.block_references)
    _answer(server, types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, answers.highlights)
    _answer(server, types.TEXT_DOCUMENT_PREPARE_RENAME, answers.may_be_renamed)
    _answer(
        server,
        types.TEXT_DOCUMENT_RENAME,
        answers.rename_edit,
        types.RenameOptions(prepare_provider=True),
        block=answers.block_rename_edit,
    )
    _answer(server, types.TEXT_DOCUMENT_FORMATTING, answers.format_edits)
    _answer(
        server,
        types.TEXT_DOCUMENT_CODE_ACTION,
        answers.code_actions,
        types.CodeActionOptions(answers.ACTION_KINDS),
        answers.policy_code_actions,
    )
    _answer(server, types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, answers.document_symbols)
    _answer(server, types.TEXT_DOCUMENT_FOLDING_RANGE, answers.folding_ranges)
    _answer(server, types.TEXT_DOCUMENT_INLAY_HINT, answers.inlay_hints)
    _answer(server, types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, answers.semantic_tokens, LEGEND)
    return server


def _answer(
    server: Server,
    method: str,
    answer: Callable[[Analysis, Converter, P], R],
    options: object = None,
    policy: Callable[[PolicyAnalysis, Converter, P], R] | None = None,
    block: Callable[[BlockAnalysis, Converter, P], R] | None = None,
) -> None:
    """Answers a request about an open Runefile, with `policy` about a forge.yml, and with `block` about a block; for
    any other document the answer is null."""

    def respond(params: P) -> R | None:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return None
        if document.is_policy:
            if policy is None:
                return None
            policy_analysis = server.documents.policy(document)
            return policy(policy_analysis, Converter(document, policy_analysis.source, document.path.name), params)
        try:
            if document.is_block:
                return None if block is None else _of_block(server, document, block, params)
            analysis = server.documents.analysis(document)
            return answer(analysis, Converter(document, analysis.source, analysis.runefile), params)
        except (RenameRefused, FormatRefused) as error:
            raise JsonRpcException(error.reason, _REQUEST_FAILED) from error

    server.feature(method, options)(respond)


def _of_block(
    server: Server, document: OpenDocument, answer: Callable[[BlockAnalysis, Converter, P], R], params: P
) -> R:
    block = server.documents.block(document)
    runefile = replace(document, path=(document.project_folder or document.path.parent) / block.project.runefile)
    return answer(block, Converter(runefile, block.source, block.source.file), params)


class _AboutADocument(Protocol):
    """The parameters of such a request."""

    @property
    def text_document(self) -> types.TextDocumentIdentifier: ...


def _follow_documents(server: Server) -> None:
    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace is not None else None
        if watching is not None and watching.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(_WATCHED_FILES)])
            registration = types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            server.client_register_capability(types.RegistrationParams([registration]))

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def did_open(params: types.DidOpenTextDocumentParams) -> None:
        server.documents.open(params.text_document)
        server.check_now()

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def did_change(params: types.DidChangeTextDocumentParams) -> None:
        server.documents.change(params.text_document.uri, params.text_document.version, params.content_changes)
        server.check_soon()

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def did_save(_: types.DidSaveTextDocumentParams) -> None:
        server.documents.files_changed()
        server.check_soon()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def did_close(params: types.DidCloseTextDocumentParams) -> None:
        document = server.documents.get(params.text_document.uri)
        server.documents.close(params.text_document.uri)
        if document is not None:
            server.forget(document)
        server.check_soon()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def files_changed(params: types.DidChangeWatchedFilesParams) -> None:
        if server.documents.concern(change.uri for change in params.changes):
            server.documents.files_changed()
            server.check_soon()


def _answer_completions(server: Server) -> None:
    def completion(
        analysis: Analysis, convert: Converter, params: types.CompletionParams
    ) -> types.CompletionList | None:
        return completion_list(convert, complete(analysis, convert.offset(params.position)))

    def policy_completion(
        analysis: PolicyAnalysis, convert: Converter, params: types.CompletionParams
    ) -> types.CompletionList | None:
        return completion_list(convert, complete_policy(analysis, convert.offset(params.position)))

    def completion_list(convert: Converter, completions: Completions | None) -> types.CompletionList | None:
        if completions is None:
            return None
        server.completions = completions.items
        server.list_number += 1
        snippets = _knows_snippets(server.client_capabilities)
        items = [
            convert.completion(item, number, completions.span, [server.list_number, number], with_snippets=snippets)
            for number, item in enumerate(completions.items)
        ]
        return types.CompletionList(is_incomplete=False, items=items)

    options = types.CompletionOptions(trigger_characters=[":", " ", "[", "{", ",", "$", "/", "@", '"', "-"])
    options.resolve_provider = True

    def block_completion(
        analysis: BlockAnalysis, convert: Converter, params: types.CompletionParams
    ) -> types.CompletionList | None:
        return completion_list(convert, complete_block(analysis, convert.offset(params.position)))

    _answer(server, types.TEXT_DOCUMENT_COMPLETION, completion, options, policy_completion, block_completion)

    @server.feature(types.COMPLETION_ITEM_RESOLVE)
    def resolve(item: types.CompletionItem) -> types.CompletionItem:
        match item.data:
            case [int(list_number), int(number)] if list_number == server.list_number:
                if 0 <= number < len(server.completions) and server.completions[number].documentation:
                    text = server.completions[number].documentation
                    item.documentation = types.MarkupContent(types.MarkupKind.Markdown, text)
        return item


def _knows_snippets(capabilities: types.ClientCapabilities) -> bool:
    document = capabilities.text_document
    completion = document.completion if document is not None else None
    item = completion.completion_item if completion is not None else None
    return bool(item is not None and item.snippet_support)
