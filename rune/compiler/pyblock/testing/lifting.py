"""Gives each run of the block in a test a line of its own, so that `assert smooth(x) == [1.0]` becomes two lines."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from rune.compiler.pyblock.problems import Kind
from rune.compiler.pyblock.source import BlockText

_INSTEAD = "Give what it gives a name in a line before."


def lift_calls(function: ast.FunctionDef, block: str, text: BlockText) -> None:
    """Moves the calls of `block` in a function into lines before, in the order of the text. Reports those that only
    some runs of the line would reach."""
    _Lift(block, text).body(function.body)


class _Lift:
    def __init__(self, block: str, text: BlockText) -> None:
        self._block = block
        self._text = text
        self._count = 0

    def body(self, body: list[ast.stmt]) -> None:
        """Replaces the statements of a list by those that they become."""
        body[:] = [each for node in body for each in self._statement(node)]

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        before: list[ast.stmt] = []
        match node:
            case ast.Assign(value=ast.Call() as call) | ast.Expr(value=ast.Call() as call) if self._runs(call):
                self._arguments(call, before)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Expr() | ast.Return() if node.value is not None:
                node.value = self._expression(node.value, before)
            case ast.Assert():
                node.test = self._expression(node.test, before)
            case ast.If():
                node.test = self._expression(node.test, before)
                self.body(node.body)
                self.body(node.orelse)
            case ast.For():
                node.iter = self._expression(node.iter, before)
                self.body(node.body)
            case ast.While():
                self._refuse((node.test,), "A loop's condition runs the block")
                self.body(node.body)
        return [*before, node]

    def _runs(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == self._block

    def _arguments(self, call: ast.Call, before: list[ast.stmt]) -> None:
        call.args = [self._expression(each, before) for each in call.args]
        for keyword in call.keywords:
            keyword.value = self._expression(keyword.value, before)

    def _expression(self, node: ast.expr, before: list[ast.stmt]) -> ast.expr:
        """The expression with a name in place of each call, whose lines go to `before`."""
        match node:
            case ast.Call() if self._runs(node):
                self._arguments(node, before)
                return self._named(node, before)
            case ast.BoolOp():
                node.values[0] = self._expression(node.values[0], before)
                self._refuse(node.values[1:], "This may not be reached, and runs the block")
            case ast.IfExp():
                node.test = self._expression(node.test, before)
                self._refuse((node.body, node.orelse), "This may not be reached, and runs the block")
            case ast.Compare():
                node.left = self._expression(node.left, before)
                node.comparators[0] = self._expression(node.comparators[0], before)
                self._refuse(node.comparators[1:], "This may not be reached, and runs the block")
            case _:
                for name, value in ast.iter_fields(node):
                    if isinstance(value, ast.expr):
                        setattr(node, name, self._expression(value, before))
                    elif isinstance(value, list):
                        value[:] = [self._expression(e, before) if isinstance(e, ast.expr) else e for e in value]
        return node

    def _named(self, call: ast.Call, before: list[ast.stmt]) -> ast.expr:
        self._count += 1
        # No text can say such a name, so that it is none of the test's own.
        name = f"{self._block}() {self._count}"
        target = ast.copy_location(ast.Name(name, ast.Store()), call)
        before.append(ast.copy_location(ast.Assign([target], call), call))
        return ast.copy_location(ast.Name(name, ast.Load()), call)

    def _refuse(self, nodes: Iterable[ast.expr], message: str) -> None:
        for node in nodes:
            found = next((each for each in ast.walk(node) if self._runs(each)), None)
            if found is not None:
                self._text.report(Kind.TEST, self._text.place(found), message, _INSTEAD)
