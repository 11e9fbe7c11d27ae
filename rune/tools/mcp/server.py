"""A server of the official library, made of declared tools, resources and prompts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from rune.tools.mcp.declarations import Tool, ToolAnswer, ToolArguments, ToolRefused
from rune.tools.mcp.schemas import schema_of

CarryOut = Callable[[ServerRequestContext[Any], Tool[Any], ToolArguments], Awaitable[ToolAnswer]]
"""Carries a call of a tool out. Raises `ToolRefused`."""

NoteRefusal = Callable[[ServerRequestContext[Any], str, ToolRefused], Awaitable[None]]
"""Notes that a call, of the tool with this name, was refused before it was carried out."""


async def note_nothing(_: ServerRequestContext[Any], __: str, ___: ToolRefused) -> None:
    """Notes no refusal."""


@dataclass(frozen=True)
class TextResource:
    """A text that assistants may read, such as a reference."""

    uri: str
    title: str
    description: str
    mime_type: str
    text: Callable[[], str]


@dataclass(frozen=True)
class TaskPrompt:
    """A task that people may choose in their assistant. `arguments` are names with a description; `text` is formatted
    with their values."""

    name: str
    title: str
    description: str
    arguments: Mapping[str, str]
    text: str


def tool_server(
    name: str,
    version: str,
    instructions: str,
    tools: Sequence[Tool[Any]],
    carry_out: CarryOut,
    resources: Sequence[TextResource] = (),
    prompts: Sequence[TaskPrompt] = (),
    note_refusal: NoteRefusal = note_nothing,
) -> Server[Any]:
    """Returns the server. Wrong arguments and refusals are answers with an error that an assistant can correct."""
    by_name = {each.name: each for each in tools}
    texts = {each.uri: each for each in resources}
    tasks = {each.name: each for each in prompts}

    async def list_tools(_: ServerRequestContext[Any], __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(each) for each in tools])

    async def call_tool(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        declaration = by_name.get(params.name)
        if declaration is None:
            unknown = ToolRefused("unknown-tool", f"There is no tool {params.name}.")
            await note_refusal(context, params.name, unknown)
            raise MCPError(types.INVALID_PARAMS, unknown.detail)
        try:
            arguments = declaration.arguments.model_validate(params.arguments or {})
        except ValidationError as error:
            wrong = ToolRefused("bad-arguments", _wrong_arguments(error))
            await note_refusal(context, params.name, wrong)
            return _refused(wrong)
        try:
            answer = await carry_out(context, declaration, arguments)
        except ToolRefused as error:
            return _refused(error)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=answer.model_dump_json(exclude_none=True))],
            structured_content=answer.model_dump(mode="json"),
        )

    async def list_resources(_: ServerRequestContext[Any], __: Any) -> types.ListResourcesResult:
        rows = [
            types.Resource(
                uri=each.uri, name=each.title, title=each.title, description=each.description, mime_type=each.mime_type
            )
            for each in resources
        ]
        return types.ListResourcesResult(resources=rows)

    async def read_resource(
        _: ServerRequestContext[Any], params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        resource = texts.get(str(params.uri))
        if resource is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no resource {params.uri}.")
        content = types.TextResourceContents(uri=resource.uri, mime_type=resource.mime_type, text=resource.text())
        return types.ReadResourceResult(contents=[content])

    async def list_prompts(_: ServerRequestContext[Any], __: Any) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=[_described_prompt(each) for each in prompts])

    async def get_prompt(_: ServerRequestContext[Any], params: types.GetPromptRequestParams) -> types.GetPromptResult:
        task = tasks.get(params.name)
        if task is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no prompt {params.name}.")
        values = {key: (params.arguments or {}).get(key, "") for key in task.arguments}
        content = types.TextContent(type="text", text=task.text.format(**values))
        return types.GetPromptResult(
            description=task.description, messages=[types.PromptMessage(role="user", content=content)]
        )

    return Server(
        name,
        version=version,
        instructions=instructions,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_read_resource=read_resource,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
    )


def _described(declaration: Tool[Any]) -> types.Tool:
    hints = types.ToolAnnotations(
        read_only_hint=not declaration.changes,
        destructive_hint=False,
        open_world_hint=False,
    )
    return types.Tool(
        name=declaration.name,
        title=declaration.title,
        description=declaration.description,
        input_schema=schema_of(declaration.arguments),
        output_schema=schema_of(declaration.answer),
        annotations=hints,
    )


def _described_prompt(task: TaskPrompt) -> types.Prompt:
    arguments = [types.PromptArgument(name=key, description=text) for key, text in task.arguments.items()]
    return types.Prompt(name=task.name, title=task.title, description=task.description, arguments=arguments)


def _refused(error: ToolRefused) -> types.CallToolResult:
    body = {"error": error.name, "detail": error.detail, **error.facts}
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=f"{error.name}: {error.detail}")],
        structured_content=body,
        is_error=True,
    )


def _wrong_arguments(error: ValidationError) -> str:
    """Returns which arguments are wrong, without their values: those are the caller's data."""
    wrong = [f"{'.'.join(str(part) for part in each['loc']) or 'arguments'}: {each['msg']}" for each in error.errors()]
    return "; ".join(wrong)
