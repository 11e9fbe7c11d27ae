#include <{sensor_header}>

/* From g to metres per second squared, as phones and the preview give it. 1 for a model that was trained on g. */
static const float unit = 9.80665f;

static bool begin_sensor() {{
  return IMU.begin() != 0;
}}

/* A row of x, y and z for each measurement, as often as the sensor makes one. */
static size_t read_sensor(float *to, size_t room) {{
  if (room < 3 || !IMU.accelerationAvailable()) {{
    return 0;
  }}
  IMU.readAcceleration(to[0], to[1], to[2]);
  for (int i = 0; i < 3; i++) {{
    to[i] *= unit;
  }}
  return 3;
}}
