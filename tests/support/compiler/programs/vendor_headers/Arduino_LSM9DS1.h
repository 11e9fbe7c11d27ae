/* Declares what sketches use of Arduino_LSM9DS1 1.1. */
#pragma once
#include "Arduino.h"

struct MotionSensor {
  int begin();
  int accelerationAvailable();
  int readAcceleration(float &x, float &y, float &z);
};

extern MotionSensor IMU;
