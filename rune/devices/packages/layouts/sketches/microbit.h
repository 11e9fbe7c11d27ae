/* From thousandths of g to metres per second squared, as phones and the preview give it. */
static const float unit = 0.00980665f;

static bool begin_sensor() {{
  return uBit.accelerometer.setPeriod(20) == DEVICE_OK;
}}

/* A row of x, y and z fifty times a second. */
static size_t read_sensor(float *to, size_t room) {{
  if (room < 3) {{
    return 0;
  }}
  uBit.sleep(20);
  to[0] = uBit.accelerometer.getX() * unit;
  to[1] = uBit.accelerometer.getY() * unit;
  to[2] = uBit.accelerometer.getZ() * unit;
  return 3;
}}
