#include <{sensor_header}>

static ADCInput microphone(26);
/* The level of silence, 1024 times: it follows slowly. */
static int32_t middle = 2048L * 1024;

static bool begin_sensor() {{
  microphone.setBuffers(8, 256);
  return microphone.begin({hertz});
}}

/* Numbers of 12 bits around the level of silence, as sound of 16 bits. */
static size_t read_sensor(int16_t *to, size_t room) {{
  size_t count = 0;
  while (count < room && microphone.available() > 0) {{
    const int32_t level = microphone.read();
    middle += level - middle / 1024;
    const int32_t sound = (level - middle / 1024) * 16;
    to[count++] = (int16_t)(sound > 32767 ? 32767 : sound < -32768 ? -32768 : sound);
  }}
  return count;
}}
