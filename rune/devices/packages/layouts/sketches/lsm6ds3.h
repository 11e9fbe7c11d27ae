#include <{sensor_header}>

/* From g to metres per second squared, as phones and the preview give it. 1 for a model that was trained on g. */
static const float unit = 9.80665f;
static LSM6DS3 sensor(I2C_MODE, 0x6A);

static bool begin_sensor() {{
  return sensor.begin() == IMU_SUCCESS;
}}

/* A row of x, y and z for each measurement: bit 0 of the status says that there is a new one. */
static size_t read_sensor(float *to, size_t room) {{
  uint8_t status = 0;
  if (room < 3 || sensor.readRegister(&status, LSM6DS3_ACC_GYRO_STATUS_REG) != IMU_SUCCESS || (status & 1) == 0) {{
    return 0;
  }}
  to[0] = sensor.readFloatAccelX() * unit;
  to[1] = sensor.readFloatAccelY() * unit;
  to[2] = sensor.readFloatAccelZ() * unit;
  return 3;
}}
