/* Sends what the {sensor} of the {board} measures, to be recorded on the page Data: choose "Board on USB" there.

   Not run on hardware. It was compiled against declarations of {library}.{wiring} */
#include <{header}>
#include <{sensor_frames}>
{code}
static {element} readings[{block}];
static size_t count = 0;

static void send_bytes(const uint8_t *bytes, size_t size) {{
  Serial.write(bytes, size);
}}

void setup() {{
  Serial.begin({bits});
  while (!begin_sensor()) {{
    Serial.println("The {sensor} does not answer.");
    delay(1000);
  }}
}}

void loop() {{
  count += read_sensor(readings + count, {block} - count);
  if (count < {block}) {{
    return;
  }}
  count = 0;
  {send};
}}
