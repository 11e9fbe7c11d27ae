"""A block with tests of its own."""

from __future__ import annotations

SMOOTH = '''"""Average the scores."""
def smooth(x: f32["n"], *, alpha: f32 = 0.25, last: State[f32["n"]]) -> f32["n"]:
    for i in range(len(x)):
        last[i] = last[i] + alpha * (x[i] - last[i])
    return last
'''
