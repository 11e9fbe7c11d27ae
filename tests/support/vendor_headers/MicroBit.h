/* Declares what sketches use of codal-microbit-v2 0.2 and codal-core. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define DEVICE_OK 0

struct Accelerometer {
  int setPeriod(int milliseconds);
  int getX();
  int getY();
  int getZ();
};

struct Serial {
  int printf(const char *format, ...) __attribute__((format(printf, 2, 3)));
  int send(uint8_t *bytes, int count);
};

struct MicroBit {
  Accelerometer accelerometer;
  Serial serial;
  int init();
  void sleep(uint32_t milliseconds);
};
