/* Declares what sketches use of ADCInput, in Arduino-Pico 4. */
#pragma once
#include "Arduino.h"

struct ADCInput {
  ADCInput(uint8_t pin);
  bool setBuffers(size_t buffers, size_t words);
  bool begin(long rate);
  int available();
  int read();
};
