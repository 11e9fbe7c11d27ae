/* Declares what sketches use of the cores for Arduino (ArduinoCore-API 1.5). Written for tests; no part of a core. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct Print {
  size_t print(const char *);
  size_t print(int, int = 10);
  size_t print(unsigned, int = 10);
  size_t print(long, int = 10);
  size_t print(unsigned long, int = 10);
  size_t print(double, int = 2);
  size_t println(const char *);
  size_t println();
  size_t write(const uint8_t *, size_t);
};

struct SerialPort : Print {
  void begin(unsigned long);
  operator bool();
};

extern SerialPort Serial;

void delay(unsigned long);
void setup();
void loop();
