"""Arduino: a library of the format 1.5, with sketches for the self-test and for a microphone or motion sensor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rune.compiler.anvil.program import CapabilityRequest
from rune.compiler.targets.c.interface import StructField
from rune.devices.packages.contents import VERSION, Contents
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
_MICROPHONE = """\
/* {title}, fed by the microphone of the Nano 33 BLE Sense. */
#include <PDM.h>
#include <{header}>

static int16_t {input}[{upper}_INPUT_{capital}_COUNT];
static volatile size_t heard = 0;
static struct {prefix}_outputs outputs;

/* The microphone has samples: they go behind those that are there. What is too many is left out. */
static void receive() {{
  size_t bytes = PDM.available();
  const size_t room = sizeof {input} - heard * sizeof {input}[0];
  if (bytes > room) {{
    bytes = room;
  }}
  heard += PDM.read((uint8_t *)({input} + heard), bytes) / sizeof {input}[0];
}}

void setup() {{
  Serial.begin(115200);
  if ({prefix}_init() != {upper}_OK) {{
    Serial.println("The processor does not round as the rune needs it.");
  }}
  PDM.onReceive(receive);
  PDM.setBufferSize(1024);
  if (!PDM.begin(1, {hertz})) {{
    Serial.println("There is no microphone.");
  }}
}}

void loop() {{
  if (heard < {upper}_INPUT_{capital}_COUNT) {{
    return;
  }}
  const struct {prefix}_inputs inputs = {{{input}}};
  const int status = {prefix}_run(&inputs, &outputs);
  heard = 0;
  if (status != {upper}_OK) {{
    Serial.println({prefix}_message());
    {prefix}_init();
    return;
  }}
{print_}
}}
"""
_MOTION = """\
/* {title}, fed by the motion sensor of the Nano 33 BLE Sense (Rev2: put Arduino_BMI270_BMM150.h in its place). */
#include <Arduino_LSM9DS1.h>
#include <{header}>

static float {input}[{upper}_INPUT_{capital}_COUNT];
static size_t measured = 0;
static struct {prefix}_outputs outputs;

void setup() {{
  Serial.begin(115200);
  if ({prefix}_init() != {upper}_OK) {{
    Serial.println("The processor does not round as the rune needs it.");
  }}
  if (!IMU.begin()) {{
    Serial.println("There is no motion sensor.");
  }}
}}

void loop() {{
  if (!IMU.accelerationAvailable()) {{
    return;
  }}
  IMU.readAcceleration({input}[measured], {input}[measured + 1], {input}[measured + 2]);
  measured += 3;
  if (measured < {upper}_INPUT_{capital}_COUNT) {{
    return;
  }}
  measured = 0;
  const struct {prefix}_inputs inputs = {{{input}}};
  if ({prefix}_run(&inputs, &outputs) != {upper}_OK) {{
    Serial.println({prefix}_message());
    {prefix}_init();
    return;
  }}
{print_}
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
    if len(interface.inputs) == 1:
        (field,), (request,) = interface.inputs, contents.requests
        sketch = _sketch(field, request)
        if sketch is not None:
            words |= {"input": field.name, "capital": field.name.upper(), "print_": "\n".join(_printing(contents))}
            hertz = str(int(dict(request.parameters).get("hz", _HERTZ)))
            name, text = sketch
            contents_by_path[f"examples/{name}/{name}.ino"] = text.format(**words, hertz=hertz)
    return contents_by_path


def _sketch(field: StructField, request: CapabilityRequest) -> tuple[str, str] | None:
    """The sketch whose sensor gives such an input; None where the board has none."""
    match request.kind.name, field.type.element:
        case "SOUND", ElementType.I16:
            return "microphone", _MICROPHONE
        case "ACCEL", ElementType.F32 if field.type.count % 3 == 0 and field.type.count:
            return "motion", _MOTION
        case _:
            return None


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
