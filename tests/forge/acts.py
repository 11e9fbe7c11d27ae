"""Reads the code of forge for where people's acts are: what it finds wrong, a line each.

Everything is found by names alone; nothing is imported or run.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from string import Formatter

AUDIT = "forge.core.audit.entries.write_entry"
EVENT = "forge.core.events.log.append_event"
CHECKS = frozenset(
    {
        "forge.accounts.access.require_in",
        "forge.accounts.access.require_operator",
        "forge.accounts.access.require_person",
        "forge.accounts.access.require_scope",
        "forge.accounts.permissions.can",
        "forge.projects.access.require",
        "forge.reviews.guests.access.require_as_guest",
    }
)
"""The functions that check whether someone may do a thing."""
WHO = frozenset({"Actor", "User"})
"""The types of an act's first parameter: who acts, or a person and their own account."""
ACT = "forge.core.api.acts.act"
"""The decorator that declares an act, and asks for its right."""
COMPARES = frozenset(
    {
        "forge.core.preconditions.require_precondition",
        "forge.core.preconditions.require_precondition_to_replace",
    }
)
"""The functions that compare the state that the caller read."""
TRANSACTIONS = frozenset({"atomic", "editing"})
"""The names of a transaction, as a decorator or after `with`."""
SEEN_BY_SOMEONE = frozenset({"visible_to", "of_member", "deleted_for"})
"""The queries that say who is asking."""
WRITES = frozenset({"save", "delete", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class ActModule:
    """A module's name and its code."""

    name: str
    tree: ast.Module
    calls: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    """A cache: the names that each block calls. Many acts call the same functions."""

    @property
    def is_actions(self) -> bool:
        """Whether the module is an app's `actions`, or in a package of that name."""
        return "actions" in self.name.split(".")

    @property
    def is_view(self) -> bool:
        """Whether the module answers requests or sockets."""
        last = self.name.rpartition(".")[2]
        is_page = self.name.startswith("forge.web.") or "pages" in self.name.split(".")
        return is_page or last in {"api", "consumers", "distribution", "bearer"} or last.endswith("_api")

    @cached_property
    def functions(self) -> Mapping[str, Function]:
        """The functions at its top, by their full names."""
        nodes = (node for node in self.tree.body if isinstance(node, Function))
        return {f"{self.name}.{function.name}": function for function in nodes}

    @cached_property
    def blocks(self) -> Mapping[str, ast.AST]:
        """The same with its classes: to make one of a class may be to call any of its methods."""
        classes = (node for node in self.tree.body if isinstance(node, ast.ClassDef))
        return {**self.functions, **{f"{self.name}.{each.name}": each for each in classes}}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The meanings of its names: those that it imports from forge, and its own functions' and classes'."""
        imports = {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        return imports | {full.rpartition(".")[2]: full for full in self.blocks}


Code = Mapping[str, ActModule]


def read_code(*sources: tuple[str, str]) -> Code:
    """Modules of these names and texts."""
    return {name: ActModule(name, ast.parse(text)) for name, text in sources}


@cache
def code_of(folder: Path) -> Code:
    """The modules of a package, but its migrations."""
    files = (file for file in sorted(folder.rglob("*.py")) if "migrations" not in file.parts)
    return read_code(*((_module_name(file.relative_to(folder.parent)), file.read_text("utf-8")) for file in files))


def _module_name(file: Path) -> str:
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


def called_elsewhere(code: Code, function: str, exceptions: Collection[str] = ()) -> list[str]:
    """The modules, neither actions nor allowed, in which a function is called; and those that are allowed in vain."""
    calling = {module.name for module in code.values() if function in set(_calls(code, module, ast.walk(module.tree)))}
    elsewhere = {name for name in calling if not code[name].is_actions} - set(exceptions)
    wrong = [f"{name} calls {function}" for name in sorted(elsewhere)]
    return wrong + [f"{name} does not call {function}" for name in sorted(set(exceptions) - calling)]


def placeless_entries(code: Code) -> list[str]:
    """The calls that write an audit entry without saying where it happened: nobody but operators could read it."""
    return [
        f"{module.name}, line {call.lineno}: the entry has no place"
        for module in code.values()
        for call in _entry_calls(code, module)
        if len(call.args) < 4
    ]


def written_actions(code: Code) -> frozenset[str]:
    """The actions of audit entries, as far as they stand in the code as they are."""
    second = (call.args[1] for module in code.values() for call in _entry_calls(code, module) if len(call.args) > 1)
    nodes = (node for argument in second for node in ([argument] if isinstance(argument, ast.Constant) else []))
    return frozenset(str(node.value) for node in nodes)


def missing_values(code: Code, sentences: Mapping[str, str], exceptions: Collection[str]) -> list[str]:
    """The entries without a value that the sentence of their action names, as far as the code shows their values."""
    return [
        f"{module.name}, line {call.lineno}: {', '.join(sorted(missing))}"
        for module in code.values()
        for call in _entry_calls(code, module)
        if len(call.args) > 1 and isinstance(call.args[1], ast.Constant)
        if all(keyword.arg for keyword in call.keywords)
        if (
            missing := _names_in(sentences.get(str(call.args[1].value), ""))
            - {str(keyword.arg) for keyword in call.keywords}
            - set(exceptions)
        )
    ]


def _names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def _entry_calls(code: Code, module: ActModule) -> Iterator[ast.Call]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and AUDIT in _calls(code, module, [node]):
            yield node


def silent_acts(code: Code, exceptions: Collection[str] = ()) -> list[str]:
    """The acts that never write an audit entry, and those that are excused in vain."""
    silent = {name for name in _acts(code) if AUDIT not in _reached(code, name) and not _is_unaudited(code, name)}
    wrong = [f"{name} writes no audit entry" for name in sorted(silent - set(exceptions))]
    return wrong + [f"{name} is no act without an audit entry" for name in sorted(set(exceptions) - silent)]


def unguarded_acts(code: Code) -> list[str]:
    """The acts of an `Actor` that never ask whether it may: by themselves, or by a declared act."""
    acts = (name for name, who in _acts(code).items() if who == "Actor")
    return [
        f"{name} asks for no permission"
        for name in acts
        if not any(each in CHECKS or _declaration(code, each) for each in _reached(code, name))
    ]


def forgetful_acts(code: Code) -> list[str]:
    """The declared acts that name a state, and never compare it."""
    return [
        f"{name} does not compare its precondition"
        for name in _acts(code)
        if (declaration := _declaration(code, name))
        if any(each.arg == "state" and "IF_MATCH" in ast.unparse(each.value) for each in declaration.keywords)
        if not COMPARES & _reached(code, name)
    ]


def declared_acts(code: Code) -> frozenset[str]:
    """The functions that are declared as acts."""
    functions = (name for module in code.values() for name in module.functions)
    return frozenset(name for name in functions if _declaration(code, name))


def _is_unaudited(code: Code, name: str) -> bool:
    """Returns whether a declaration says why an act writes no audit entry."""
    declaration = _declaration(code, name)
    return declaration is not None and any(each.arg == "unaudited" for each in declaration.keywords)


def _declaration(code: Code, name: str) -> ast.Call | None:
    """The `@act(...)` above a function."""
    module = code.get(name.rpartition(".")[0])
    if module is None or name not in module.functions:
        return None
    decorators = (each for each in module.functions[name].decorator_list if isinstance(each, ast.Call))
    return next((each for each in decorators if ACT in _calls(code, module, [each])), None)


def loose_entries(code: Code) -> list[str]:
    """The acts that write an audit entry outside of a transaction, and so perhaps without what it tells of."""
    inside_only = {AUDIT}
    """The functions that must be called within a transaction. A private function may leave that to those who call
    it."""
    wrong: set[str] = set()
    while True:
        names = {
            name
            for module in code.values()
            if module.is_actions
            for name, function in module.functions.items()
            if inside_only & set(_calls(code, module, _outside_of_transactions(function)))
        }
        wrong |= {name for name in names if not _is_private(name)}
        if names <= inside_only | wrong:
            return [f"{name} writes an audit entry outside of a transaction" for name in sorted(wrong)]
        inside_only |= names - wrong


def event_recorders(code: Code) -> frozenset[str]:
    """The public functions that tell events: acts, and what the recorders of machines do."""
    modules = (each for each in code.values() if each.is_actions or EVENT in _calls(code, each, ast.walk(each.tree)))
    names = (name for module in modules for name in module.functions)
    return frozenset(name for name in names if not _is_private(name) and EVENT in _reached(code, name))


def tables_in_views(code: Code) -> list[str]:
    """Returns the places where views read a table without a principal, or write one."""
    return [
        f"{module.name}, line {line}: {what}"
        for module in code.values()
        if module.is_view
        for line, what in sorted(_table_uses(module.tree))
    ]


def _table_uses(tree: ast.Module) -> Iterator[tuple[int, str]]:
    seen_by_someone = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in SEEN_BY_SOMEONE
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "objects" and id(node) not in seen_by_someone:
            yield node.lineno, f"{ast.unparse(node)} is read as nobody in particular"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            yield node.lineno, f"{ast.unparse(node.func)}() writes a table"


def _acts(code: Code) -> dict[str, str]:
    """The public functions of actions whose first parameter says who acts, with what it is."""
    people = {}
    for module in code.values():
        for name, function in module.functions.items() if module.is_actions else ():
            first = function.args.args[:1]
            who = ast.unparse(first[0].annotation) if first and first[0].annotation else ""
            if who in WHO and not _is_private(name):
                people[name] = who
    return people


def _is_private(name: str) -> bool:
    return name.rpartition(".")[2].startswith("_")


def _reached(code: Code, start: str) -> frozenset[str]:
    """All that a function calls, and what those functions of forge call."""
    names: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        module = code.get(name.rpartition(".")[0])
        if name in names or module is None or name not in module.blocks:
            names.add(name)
            continue
        names.add(name)
        if name not in module.calls:
            module.calls[name] = tuple(_calls(code, module, ast.walk(module.blocks[name])))
        waiting += module.calls[name]
    return frozenset(names)


def _calls(code: Code, module: ActModule, nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The full names of what is called, also through a module or a package that hands it on."""
    for call in nodes:
        parts = _parts(call.func) if isinstance(call, ast.Call) else ()
        if parts and parts[0] in module.names:
            yield _origin(code, ".".join([module.names[parts[0]], *parts[1:]]))


def _parts(node: ast.expr) -> tuple[str, ...]:
    """The names that points join; none where something else is among them."""
    if isinstance(node, ast.Name):
        return (node.id,)
    before = _parts(node.value) if isinstance(node, ast.Attribute) else ()
    return (*before, node.attr) if before and isinstance(node, ast.Attribute) else ()


def _origin(code: Code, name: str) -> str:
    """Returns the module that first defines a name that packages import from each other."""
    package, _, last = name.rpartition(".")
    while package in code and name not in code[package].blocks and last in code[package].names:
        name = code[package].names[last]
        package, _, last = name.rpartition(".")
    return name


def _outside_of_transactions(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that no transaction is around."""
    decorators = node.decorator_list if isinstance(node, Function) else []
    inside = [item.context_expr for item in node.items] if isinstance(node, ast.With) else decorators
    if not any(_is_transaction(expression) for expression in inside):
        yield node
        for child in ast.iter_child_nodes(node):
            yield from _outside_of_transactions(child)


def _is_transaction(node: ast.expr) -> bool:
    function = node.func if isinstance(node, ast.Call) else node
    return ast.unparse(function).rpartition(".")[2] in TRANSACTIONS
