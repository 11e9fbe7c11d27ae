/* Declares what sketches use of PDM, in Arduino's core for Mbed OS 4.1 and in Seeed's 2.9. */
#pragma once
#include "Arduino.h"

struct PDMClass {
  int begin(int channels, int rate);
  int available();
  int read(void *buffer, size_t size);
  void onReceive(void (*)(void));
};

extern PDMClass PDM;
