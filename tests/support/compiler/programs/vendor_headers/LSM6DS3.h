/* Declares what sketches use of Seeed Arduino LSM6DS3 2.0. */
#pragma once
#include "Arduino.h"

#define I2C_MODE 0
#define LSM6DS3_ACC_GYRO_STATUS_REG 0x1E

typedef enum { IMU_SUCCESS, IMU_HW_ERROR } status_t;

struct LSM6DS3 {
  LSM6DS3(uint8_t bus, uint8_t address);
  status_t begin();
  status_t readRegister(uint8_t *value, uint8_t address);
  float readFloatAccelX();
  float readFloatAccelY();
  float readFloatAccelZ();
};
