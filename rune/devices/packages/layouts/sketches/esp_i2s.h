#include <{sensor_header}>

static I2SClass microphone;

static bool begin_sensor() {{
  microphone.setPins(4, 5, -1, 6);
  return microphone.begin(I2S_MODE_STD, {hertz}, I2S_DATA_BIT_WIDTH_32BIT, I2S_SLOT_MODE_MONO);
}}

/* The microphone gives 24 bits, the highest first. The gain of 4 suits speech at a metre. */
static size_t read_sensor(int16_t *to, size_t room) {{
  int32_t wide[64];
  const size_t wanted = room < 64 ? room : 64;
  const size_t count = microphone.readBytes((char *)wide, wanted * sizeof wide[0]) / sizeof wide[0];
  for (size_t i = 0; i < count; i++) {{
    const int32_t sound = wide[i] >> 14;
    to[i] = (int16_t)(sound > 32767 ? 32767 : sound < -32768 ? -32768 : sound);
  }}
  return count;
}}
