"""Arduino: a library of the format 1.5, with sketches for the self-test and for the sensors of boards."""

from __future__ import annotations

from collections.abc import Mapping

from rune.devices.packages.contents import VERSION, Contents
from rune.devices.packages.layouts.sketches import sensor_frames, sketches_of

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


def files(contents: Contents) -> Mapping[str, str]:
    """library.properties, the header where Arduino looks for it, and the sketches, some for other tools."""
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
    sketches = sketches_of(contents).all
    if sketches:
        name, text = sensor_frames(contents)
        contents_by_path |= {f"include/{name}": text, f"src/{name}": _SHIM.format(header=name)}
    for sketch in sketches:
        contents_by_path |= {sketch.path: sketch.text, sketch.collect_path: sketch.collect_text}
    return contents_by_path
