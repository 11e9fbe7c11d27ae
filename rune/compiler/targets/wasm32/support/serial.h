/*
 * Outputs on their way to the host: SERIAL as JSON, TENSOR as bytes. Buffers have the size that the build proved, so
 * nothing here asks whether there is room.
 */
#ifndef RUNE_SERIAL_H
#define RUNE_SERIAL_H

#include "decimal.h"
#include "rune.h"

/* Appends bytes as they are. */
char *rune_serial_bytes(char *next, const void *bytes, uint32_t size);

/* Appends a text as a JSON string, with its quotes. Bytes that are not ASCII pass as they are. */
char *rune_serial_text(char *next, struct rune_text text);

/* Appends `count` elements with commas between them. */
char *rune_serial_u8(char *next, const uint8_t *elements, uint32_t count);
char *rune_serial_i8(char *next, const int8_t *elements, uint32_t count);
char *rune_serial_u16(char *next, const uint16_t *elements, uint32_t count);
char *rune_serial_i16(char *next, const int16_t *elements, uint32_t count);
char *rune_serial_u32(char *next, const uint32_t *elements, uint32_t count);
char *rune_serial_i32(char *next, const int32_t *elements, uint32_t count);
char *rune_serial_f32(char *next, const float *elements, uint32_t count);
char *rune_serial_u64(char *next, const uint64_t *elements, uint32_t count);
char *rune_serial_i64(char *next, const int64_t *elements, uint32_t count);
char *rune_serial_f64(char *next, const double *elements, uint32_t count);
char *rune_serial_utf8(char *next, const struct rune_text *elements, uint32_t count);

/*
 * Appends the sizes of a tensor with commas between them, and spaces behind these where it says so: those of
 * `given`, and in the place of each that is below zero the next of `decided`, which the run decided.
 */
char *rune_serial_sizes(char *next, const int32_t *given, uint32_t axes, const int32_t *decided, int spaces);

/*
 * Appends what a TENSOR message says of a tensor, its length in front: `head` as `f32[`, the sizes as above, and `]`.
 * Zeros before the first size make the length a multiple of 4.
 */
char *rune_tensor_shape(char *next, const char *head, uint32_t head_size, const int32_t *given, uint32_t axes,
                        const int32_t *decided);

/* Appends utf8 elements to a TENSOR message: each its size, 32 bits, and its bytes. */
char *rune_tensor_utf8(char *next, const struct rune_text *elements, uint32_t count);

#endif
