/* {title}, fed by the {sensor} of the {board}.

   Not run on hardware. It was compiled against declarations of {library}.{wiring}
   Copy this file, and the files of the package's folders include and src, into the folder source of a project of
   CODAL (microbit-v2-samples). */
#include <{sensor_header}>
#include "{header}"

static MicroBit uBit;

{code}
static {element} readings[{upper}_INPUT_{capital}_COUNT];
static struct {prefix}_outputs outputs;

/* CODAL prints no fractions: four digits behind the point, as Arduino's sketches have them. */
inline void say_fraction(double value) {{
  const bool is_below = value < 0;
  const long tenths = (long)((is_below ? -value : value) * 10000 + 0.5);
  uBit.serial.printf("%s%d.%04d", is_below ? "-" : "", (int)(tenths / 10000), (int)(tenths % 10000));
}}

int main() {{
  uBit.init();
  if ({prefix}_init() != {upper}_OK) {{
    uBit.serial.printf("The processor does not round as the rune needs it.\r\n");
  }}
  if (!begin_sensor()) {{
    uBit.serial.printf("The {sensor} does not answer.\r\n");
  }}
  size_t count = 0;
  while (true) {{
    count += read_sensor(readings + count, {upper}_INPUT_{capital}_COUNT - count);
    if (count < {upper}_INPUT_{capital}_COUNT) {{
      continue;
    }}
    count = 0;
    const struct {prefix}_inputs inputs = {{readings}};
    if ({prefix}_run(&inputs, &outputs) != {upper}_OK) {{
      uBit.serial.printf("%s\r\n", {prefix}_message());
      {prefix}_init();
      continue;
    }}
{print_}
  }}
}}
