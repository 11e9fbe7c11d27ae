"""Names of a user as identifiers of C: letters, digits and single underscores, and nothing else."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

# fmt: off
_RESERVED_NAMES = frozenset({
    "abs", "alignas", "alignof", "and", "and_eq", "arm", "asm", "assert", "auto", "bitand", "bitor", "bool",
    "boolean", "break", "byte", "case", "catch", "char", "class", "co_await", "co_return", "co_yield", "compl",
    "complex", "concept", "const", "const_cast", "consteval", "constexpr", "constinit", "continue", "decltype",
    "default", "delete", "do", "double", "dynamic_cast", "else", "emit", "enum", "errno", "explicit", "export",
    "extern", "false", "far", "float", "for", "foreach", "friend", "goto", "huge", "if", "imaginary", "inline",
    "int", "interrupt", "linux", "long", "main", "max", "min", "mips", "mutable", "namespace", "near", "new",
    "noexcept", "noreturn", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public",
    "register", "reinterpret_cast", "requires", "restrict", "return", "round", "short", "signals", "signed",
    "sizeof", "slots", "static", "static_assert", "static_cast", "stderr", "stdin", "stdout", "struct", "sun",
    "switch", "template", "this", "thread_local", "throw", "true", "try", "typedef", "typeid", "typename", "typeof",
    "typeof_unqual", "union", "unix", "unsigned", "using", "vax", "virtual", "void", "volatile", "wchar_t", "while",
    "word", "xor", "xor_eq",
})
"""Words of C and C++, and macros in small letters that libraries and compilers have."""

_HEADERS = frozenset({
    "arduino", "assert", "complex", "ctype", "dirent", "endian", "errno", "fcntl", "features", "fenv", "float",
    "inttypes", "iso646", "limits", "locale", "malloc", "math", "memory", "poll", "pthread", "sched", "semaphore",
    "setjmp", "signal", "stdalign", "stdarg", "stdatomic", "stdbool", "stddef", "stdint", "stdio", "stdlib",
    "stdnoreturn", "string", "strings", "syslog", "termios", "tgmath", "threads", "time", "uchar", "unistd", "utime",
    "version", "wchar", "wctype",
})
"""Headers of C and of the systems around it, which a file of the same name would hide."""

OUR_FILES = frozenset({
    "cycles", "firmware", "line", "loader", "main", "probe", "program", "registers", "rune_unit", "semihosting",
    "serial", "stack", "start", "steps",
})
# fmt: on
"""Files of C, without their endings, that programs around a rune have in the same folder."""

LONGEST = 40
"""Characters that are kept: with what stands around it, a name stays within the 63 that C99 tells apart."""


_DIGEST = 8
"""Characters of the digest of a name."""


def identifier(name: str) -> str:
    """The characters of a name that C allows. The result can begin with a digit, so it needs a prefix."""
    return re.sub(r"[^A-Za-z0-9]+", "_", name)[:LONGEST].strip("_") or "app"


def file_stem(name: str) -> str:
    """The name of a rune's files without their endings: an identifier, and neither a header of the system nor a file of
    ours. One of a name with letters of other scripts, or of none that C allows, has a digest of it, so that two such
    runes differ."""
    stem = identifier(name)
    is_foreign = any(each.isalpha() and not unicodedata.name(each, "").startswith("LATIN ") for each in name)
    allowed_letters = "[A-Za-z0-9]" if name.isascii() else "[A-Za-z]"
    if is_foreign or not re.search(allowed_letters, name):
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
        return f"{stem[: LONGEST - _DIGEST - 1].rstrip('_')}_{digest}"
    return f"{stem}_rune" if stem.lower() in _HEADERS | OUR_FILES else stem


def fields(names: Iterable[str]) -> tuple[str, ...]:
    """A field of a structure for each name: none a word that C or C++ has, and all different, in capitals too."""
    result: list[str] = []
    names_in_use: set[str] = set()
    for name in names:
        base = identifier(name)
        if base[0].isdigit() or base in _RESERVED_NAMES or base.isupper():
            base = f"field_{base}"
        number, field = 2, base
        while field.upper() in names_in_use:
            field, number = f"{base}_{number}", number + 1
        result.append(field)
        names_in_use.add(field.upper())
    return tuple(result)
