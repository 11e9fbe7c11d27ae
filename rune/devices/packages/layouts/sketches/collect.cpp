/* Sends what the {sensor} of the {board} measures, to be recorded on the page Data: choose "Board on USB" there.

   Not run on hardware. It was compiled against declarations of {library}.{wiring}
   Copy this file, and the files of the package's folder include, into the folder source of a project of CODAL
   (microbit-v2-samples). */
#include <{sensor_header}>
#include "{sensor_frames}"

static MicroBit uBit;

{code}
static {element} readings[{block}];

static void send_bytes(const uint8_t *bytes, size_t size) {{
  uBit.serial.send((uint8_t *)bytes, (int)size);
}}

int main() {{
  uBit.init();
  uBit.serial.setBaud({bits});
  while (!begin_sensor()) {{
    uBit.serial.printf("The {sensor} does not answer.\r\n");
    uBit.sleep(1000);
  }}
  size_t count = 0;
  while (true) {{
    count += read_sensor(readings + count, {block} - count);
    if (count < {block}) {{
      continue;
    }}
    count = 0;
    {send};
  }}
}}
