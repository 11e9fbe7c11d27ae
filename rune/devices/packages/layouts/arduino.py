"""Arduino: a library of the format 1.5, with sketches for the self-test and for a microphone or motion sensor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rune.devices.packages.contents import VERSION, Contents
from rune.devices.packages.layouts.sketches import sensor_sketch
from rune.tensor import ElementType

_PROPERTIES = """\
name={name}
version={version}
author=Hammer Forge
maintainer=Hammer Forge
sentence=The rune {title}: a machine learning app as plain C.
paragraph=It needs no other library and allocates nothing. README.md says what goes in and what comes out.
category=Data Processing
url=https://rune.invalid
architectures=*
includes={header}
"""
"""An address is asked for and a rune has none: RFC 2606 keeps `invalid` for that."""
_SHIM = """\
/* For Arduino, which looks for headers here. */
#include "../include/{header}"
"""
_SELF_TEST = """\
/* Says whether this compiler and this board give the reference's bytes. */
#include <{header}>

void setup() {{
  Serial.begin(115200);
  while (!Serial) {{
  }}
  const int result = {prefix}_selftest();
  if (result == 0) {{
    Serial.println("{title}: the same bytes as the reference");
  }} else {{
    Serial.print("{title}: other bytes than the reference, first at ");
    Serial.println({prefix}_selftest_step(result));
  }}
}}

void loop() {{
}}
"""
_HERTZ = 16000
"""What a microphone is read with where the rune does not say."""


def files(contents: Contents) -> Mapping[str, str]:
    """library.properties, the header where Arduino looks for it, and the sketches."""
    interface = contents.interface
    words = {
        "name": contents.folder,
        "title": interface.name,
        "version": VERSION,
        "header": contents.header,
        "prefix": interface.prefix,
        "upper": interface.upper,
    }
    contents_by_path = {
        "library.properties": _PROPERTIES.format(**words),
        f"src/{contents.header}": _SHIM.format(**words),
        "examples/selftest/selftest.ino": _SELF_TEST.format(**words),
    }
    sketch = sensor_sketch(contents)
    if sketch is not None:
        ((field,), (request,)) = interface.inputs, contents.requests
        words |= {"input": field.name, "capital": field.name.upper(), "print_": "\n".join(_printing(contents))}
        hertz = str(int(dict(request.parameters).get("hz", _HERTZ)))
        name = sketch.sensor.key
        contents_by_path[f"examples/{name}/{name}.ino"] = sketch.text.format(**words, hertz=hertz)
    return contents_by_path


def _printing(contents: Contents) -> Iterator[str]:
    """Prints each output on a line of its own."""
    for field in contents.interface.outputs:
        if not field.type.count:
            continue
        element = f"outputs.{field.name}[i]"
        yield f'  Serial.print("{field.name}:");'
        yield f"  for (int i = 0; i < {field.type.count}; i++) {{"
        yield '    Serial.print(" ");'
        if field.is_text:
            yield f"    Serial.write((const uint8_t *){element}.bytes, {element}.size);"
        elif field.type.element in (ElementType.I64, ElementType.U64):
            yield f"    Serial.print((long){element});"
        elif field.type.element.is_float:
            yield f"    Serial.print({element}, 4);"
        else:
            yield f"    Serial.print({element});"
        yield "  }"
        yield "  Serial.println();"
