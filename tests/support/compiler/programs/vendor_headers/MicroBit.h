/* Declares what sketches use of codal-microbit-v2 0.2.63, codal-core and codal-nrf52. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define DEVICE_OK 0
#define DATASTREAM_FORMAT_16BIT_SIGNED 4

namespace codal {
struct ManagedBuffer {
  uint8_t *getBytes();
  int length() const;
};

struct DataSink {
  virtual int pullRequest();
};

struct SplitterChannel {
  ManagedBuffer pull();
  int getFormat();
  void connect(DataSink &sink);
};

struct StreamSplitter {
  SplitterChannel *createChannel();
};
} // namespace codal

struct Accelerometer {
  int setPeriod(int milliseconds);
  int getX();
  int getY();
  int getZ();
};

struct Converter {
  int setSamplePeriod(int microseconds);
};

struct Audio {
  codal::StreamSplitter *rawSplitter;
  void activateMic();
};

struct Serial {
  int printf(const char *format, ...) __attribute__((format(printf, 2, 3)));
  int send(uint8_t *bytes, int count);
  int setBaud(int bits);
};

struct MicroBit {
  Accelerometer accelerometer;
  Converter adc;
  Audio audio;
  Serial serial;
  int init();
  void sleep(uint32_t milliseconds);
};
