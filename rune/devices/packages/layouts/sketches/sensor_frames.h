/* Sends what a sensor measures as frames of the serial protocol of Hammer Forge, version 1. The page Data records them,
   and the preview runs on them. For processors that store the lowest byte first, as all of this package's boards do.

   A frame is "RU", version, kind, its number, the bytes of its payload, the payload, and a CRC-32. */
#ifndef {upper}_SENSOR_H
#define {upper}_SENSOR_H

#include <stddef.h>
#include <stdint.h>

/* Writes bytes to the line. */
typedef void (*{prefix}_write)(const uint8_t *bytes, size_t size);

/* The CRC-32 of IEEE 802.3 of more bytes; begin with 0. */
static inline uint32_t {prefix}_crc32(uint32_t sum, const uint8_t *bytes, size_t size) {{
  sum = ~sum;
  for (size_t at = 0; at < size; at++) {{
    sum ^= bytes[at];
    for (int bit = 0; bit < 8; bit++) {{
      sum = (sum >> 1) ^ (0xEDB88320u & (0u - (sum & 1u)));
    }}
  }}
  return ~sum;
}}

/* A frame whose payload is `head`, then `data`. Frames are numbered, so that lost ones are noticed. */
static inline void {prefix}_send_frame({prefix}_write write, uint8_t kind, const uint8_t *head, size_t head_size,
                                       const uint8_t *data, size_t size) {{
  static uint16_t number = 0;
  const uint32_t payload = (uint32_t)(head_size + size);
  number = (uint16_t)(number + 1u);
  const uint8_t begin[10] = {{
      'R', 'U', 1, kind, (uint8_t)number, (uint8_t)(number >> 8),
      (uint8_t)payload, (uint8_t)(payload >> 8), (uint8_t)(payload >> 16), (uint8_t)(payload >> 24)}};
  uint32_t sum = {prefix}_crc32(0, begin + 2, sizeof begin - 2);
  sum = {prefix}_crc32(sum, head, head_size);
  sum = {prefix}_crc32(sum, data, size);
  const uint8_t end[4] = {{(uint8_t)sum, (uint8_t)(sum >> 8), (uint8_t)(sum >> 16), (uint8_t)(sum >> 24)}};
  write(begin, sizeof begin);
  if (head_size != 0) {{
    write(head, head_size);
  }}
  write(data, size);
  write(end, sizeof end);
}}

/* Samples of one channel, `rate` a second. */
static inline void {prefix}_send_sound({prefix}_write write, uint32_t rate, const int16_t *samples, size_t count) {{
  const uint8_t head[4] = {{(uint8_t)rate, (uint8_t)(rate >> 8), (uint8_t)(rate >> 16), (uint8_t)(rate >> 24)}};
  {prefix}_send_frame(write, 64, head, sizeof head, (const uint8_t *)samples, count * sizeof samples[0]);
}}

/* Rows of x, y and z in metres per second squared, one behind the other. */
static inline void {prefix}_send_motion({prefix}_write write, const float *rows, size_t count) {{
  {prefix}_send_frame(write, 65, NULL, 0, (const uint8_t *)rows, count * 3 * sizeof rows[0]);
}}

#endif
