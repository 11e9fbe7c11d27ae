"""Blocks in Python beside the same loops in C, as a person would write them."""

from __future__ import annotations

from dataclasses import dataclass

from rune.tensor import ElementType


@dataclass(frozen=True)
class ByHand:
    """A block that reads x, and statements of C that read `x` and write `o`. `checks` are those that are left."""

    text: str
    c: str
    reads: ElementType = ElementType.F32
    gives: ElementType = ElementType.F32
    count: int = 4096
    checks: int = 0
    before: str = ""


_ALL = "for (int i = 0; i < 4096; ++i)"

BLOCKS = {
    "smoothing": ByHand(
        'def block(x: f32["n"], *, last: State[f32["n"]]) -> f32["n"]:\n'
        "    for i in range(len(x)):\n        last[i] = last[i] + 0.25 * (x[i] - last[i])\n    return last\n",
        f"{_ALL} kept[i] = kept[i] + 0.25f * (x[i] - kept[i]);\n{_ALL} o[i] = kept[i];\n",
        before="static float kept[4096];",
    ),
    "filter": ByHand(
        "W = f32[8]([0.1, 0.2, 0.3, 0.4, 0.4, 0.3, 0.2, 0.1])\n"
        'def block(x: f32["n"]) -> f32["n"]:\n    y = f32["n"]()\n    for i in range(7, len(x)):\n'
        "        total = 0.0\n        for j in range(8):\n            total = total + W[j] * x[i - j]\n"
        "        y[i] = total\n    return y\n",
        "static const float W[8] = {.1f, .2f, .3f, .4f, .4f, .3f, .2f, .1f};\n"
        "for (int i = 0; i < 7; ++i) o[i] = 0;\n"
        "for (int i = 7; i < 4096; ++i) {\n"
        "float t = 0; for (int j = 0; j < 8; ++j) t = t + W[j] * x[i - j]; o[i] = t; }\n",
    ),
    "differences": ByHand(
        'def block(x: f32["n"]) -> f32["n"]:\n    y = x[:]\n    for i in range(1, len(x) - 1):\n'
        "        y[i] = max(abs(x[i + 1] - x[i]), abs(x[i] - x[i - 1])) if x[i] > 0.0 else 0.0\n    return y\n",
        f"{_ALL} o[i] = x[i];\n"
        "for (int i = 1; i < 4095; ++i) {\n"
        "float a = x[i + 1] - x[i], b = x[i] - x[i - 1]; if (a < 0) a = -a; if (b < 0) b = -b;\n"
        "o[i] = x[i] > 0 ? (b > a ? b : a) : 0; }\n",
    ),
    "dequantize": ByHand(
        'def block(x: i8["n"]) -> f32["n"]:\n    y = f32["n"]()\n    for i in range(len(x)):\n'
        "        y[i] = f32(x[i] + 128) * 0.00390625\n    return y\n",
        f"{_ALL} o[i] = (float)(x[i] + 128) * 0.00390625f;\n",
        reads=ElementType.I8,
    ),
    "signed pixels": ByHand(
        'def block(x: u8["n"]) -> i8["n"]:\n    y = i8["n"]()\n    for i in range(len(x)):\n        y[i] = x[i] - 128\n'
        "    return y\n",
        f"{_ALL} o[i] = (int8_t)(x[i] - 128);\n",
        reads=ElementType.U8,
        gives=ElementType.I8,
    ),
    "histogram": ByHand(
        'def block(x: u8["n"]) -> i32[256]:\n    y = i32[256]()\n    for v in x:\n        y[v] += 1\n    return y\n',
        f"for (int i = 0; i < 256; ++i) o[i] = 0;\n{_ALL} o[x[i]]++;\n",
        reads=ElementType.U8,
        gives=ElementType.I32,
        count=256,
        checks=1,  # a count may leave its 32 bits, as far as is known
    ),
    "energy": ByHand(
        'def block(x: i16["n"]) -> f32[16]:\n    y = f32[16]()\n    for frame in range(16):\n        total = 0\n'
        "        for i in range(256):\n            v = x[frame * 256 + i]\n            total += v * v\n"
        "        y[frame] = f32(total) / 256.0\n    return y\n",
        "for (int frame = 0; frame < 16; ++frame) { int64_t t = 0;\n"
        "for (int i = 0; i < 256; ++i) t += (int32_t)x[frame * 256 + i] * x[frame * 256 + i];\n"
        "o[frame] = (float)(double)t / 256.0f; }\n",
        reads=ElementType.I16,
        count=16,
    ),
    "grey picture": ByHand(
        'def block(x: u8["n"]) -> u8[1365]:\n    y = u8[1365]()\n    for i in range(1365):\n'
        "        y[i] = (77 * x[3 * i] + 150 * x[3 * i + 1] + 29 * x[3 * i + 2]) >> 8\n    return y\n",
        "for (int i = 0; i < 1365; ++i)\n"
        "o[i] = (uint8_t)((77 * x[3 * i] + 150 * x[3 * i + 1] + 29 * x[3 * i + 2]) >> 8);\n",
        reads=ElementType.U8,
        gives=ElementType.U8,
        count=1365,
    ),
    "blurred picture": ByHand(
        "def clamped(v: int) -> int:\n    return max(0, min(v, 255))\n"
        'def block(x: u8["n"]) -> u8[64, 64]:\n    y = u8[64, 64]()\n    for row in range(1, 63):\n'
        "        for column in range(1, 63):\n            total = 0\n            for a in range(-1, 2):\n"
        "                for b in range(-1, 2):\n"
        "                    total += x[(row + a) * 64 + column + b]\n"
        "            y[row, column] = clamped(total // 9)\n    return y\n",
        f"{_ALL} o[i] = 0;\nfor (int r = 1; r < 63; ++r) for (int c = 1; c < 63; ++c) {{ int t = 0;\n"
        "for (int a = -1; a < 2; ++a) for (int b = -1; b < 2; ++b) t += x[(r + a) * 64 + c + b];\n"
        "t /= 9; o[r * 64 + c] = (uint8_t)(t < 0 ? 0 : t > 255 ? 255 : t); }\n",
        reads=ElementType.U8,
        gives=ElementType.U8,
    ),
    "delay line": ByHand(
        'def block(x: f32["n"], *, line: State[f32[64]], at: State[i32[1]]) -> f32["n"]:\n    y = f32["n"]()\n'
        "    place = at[0]\n    for i in range(len(x)):\n        place = (place + 1) % 64\n"
        "        y[i] = x[i] + 0.5 * line[place]\n        line[place] = y[i]\n    at[0] = place\n    return y\n",
        f"{_ALL} {{ at = (at + 1) & 63; o[i] = x[i] + 0.5f * line[at]; line[at] = o[i]; }}\n",
        before="static float line[64]; static int at;",
    ),
    "biquad in f64": ByHand(
        'def block(x: f32["n"], *, s: State[f64[2]]) -> f32["n"]:\n    y = f32["n"]()\n    for i in range(len(x)):\n'
        "        v = f64(x[i])\n        out = 0.25 * v + s[0]\n        s[0] = 0.5 * v + 0.3 * out + s[1]\n"
        "        s[1] = 0.25 * v - 0.4 * out\n        y[i] = f32(out)\n    return y\n",
        f"{_ALL} {{ double v = x[i], out = 0.25 * v + s[0]; s[0] = 0.5 * v + 0.3 * out + s[1];\n"
        "s[1] = 0.25 * v - 0.4 * out; o[i] = (float)out; }\n",
        before="static double s[2];",
    ),
    "insertion sort": ByHand(
        'def block(x: i16["n"]) -> i16[256]:\n    y = x[0:256]\n    for i in range(1, 256):\n'
        "        v = y[i]\n        j = i\n"
        "        while j > 0 and y[j - 1] > v:\n            y[j] = y[j - 1]\n            j -= 1\n        y[j] = v\n"
        "    return y\n",
        "for (int i = 0; i < 256; ++i) o[i] = x[i];\nfor (int i = 1; i < 256; ++i) { int16_t v = o[i]; int j = i;\n"
        "while (j > 0 && o[j - 1] > v) { o[j] = o[j - 1]; j--; } o[j] = v; }\n",
        reads=ElementType.I16,
        gives=ElementType.I16,
        count=256,
    ),
}
