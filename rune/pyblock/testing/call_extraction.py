"""Moves each call of the block in a test to its own line, so that `assert smooth(x) == [1.0]` becomes two lines."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from rune.pyblock.checking.problems import ProblemKind
from rune.pyblock.checking.source import BlockText

_INSTEAD = "Call it in a line before, and assign the result to a name."


def extract_calls(function: ast.FunctionDef, block: str, text: BlockText) -> None:
    """Moves the calls of `block` in a function to lines before, in the order of the text. Reports calls that are only
    sometimes evaluated."""
    _Lift(block, text).body(function.body)


class _Lift:
    def __init__(self, block: str, text: BlockText) -> None:
        self._block = block
        self._text = text
        self._count = 0

    def body(self, body: list[ast.stmt]) -> None:
        """Replaces the statements of a list."""
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
                self._refuse((node.test,), "The condition of a loop calls the block")
                self.body(node.body)
        return [*before, node]

    def _runs(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == self._block

    def _arguments(self, call: ast.Call, before: list[ast.stmt]) -> None:
        call.args = [self._expression(each, before) for each in call.args]
        for keyword in call.keywords:
            keyword.value = self._expression(keyword.value, before)

    def _expression(self, node: ast.expr, before: list[ast.stmt]) -> ast.expr:
        """Returns the expression with a name for each call; adds the assignments to `before`."""
        match node:
            case ast.Call() if self._runs(node):
                self._arguments(node, before)
                return self._name_result(node, before)
            case ast.BoolOp():
                node.values[0] = self._expression(node.values[0], before)
                self._refuse(node.values[1:], "This calls the block, but is not always evaluated")
            case ast.IfExp():
                node.test = self._expression(node.test, before)
                self._refuse((node.body, node.orelse), "This calls the block, but is not always evaluated")
            case ast.Compare():
                node.left = self._expression(node.left, before)
                node.comparators[0] = self._expression(node.comparators[0], before)
                self._refuse(node.comparators[1:], "This calls the block, but is not always evaluated")
            case _:
                for name, value in ast.iter_fields(node):
                    if isinstance(value, ast.expr):
                        setattr(node, name, self._expression(value, before))
                    elif isinstance(value, list):
                        value[:] = [self._expression(e, before) if isinstance(e, ast.expr) else e for e in value]
        return node

    def _name_result(self, call: ast.Call, before: list[ast.stmt]) -> ast.expr:
        self._count += 1
        # No text can contain such a name, so it cannot collide.
        name = f"{self._block}() {self._count}"
        target = ast.copy_location(ast.Name(name, ast.Store()), call)
        before.append(ast.copy_location(ast.Assign([target], call), call))
        return ast.copy_location(ast.Name(name, ast.Load()), call)

    def _refuse(self, nodes: Iterable[ast.expr], message: str) -> None:
        for node in nodes:
            call = next((each for each in ast.walk(node) if self._runs(each)), None)
            if call is not None:
                self._text.report(ProblemKind.TEST, self._text.place(call), message, _INSTEAD)
