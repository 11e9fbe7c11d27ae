/* Declares what sketches use of Arduino_BMI270_BMM150 1.2. */
#pragma once
#include "Arduino.h"

struct MotionSensor {
  int begin();
  int accelerationAvailable();
  int readAcceleration(float &x, float &y, float &z);
};

extern MotionSensor IMU;
