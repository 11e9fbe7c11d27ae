/* QUANTIZE and DEQUANTIZE: between floats and integers, and between integers of two scales. */
#ifndef RUNE_QUANTIZE_H
#define RUNE_QUANTIZE_H

#include <stdint.h>

#include "rescale.h"

/*
 * The nearest number (halves away from zero) to number / scale + zero_point. NaN gives what zero gives. `beyond` stands
 * for numbers that no zero point brings back into the range.
 */
#define RUNE_QUANTIZE(name, element, least, greatest, beyond)                                                         \
    RUNE_KERNEL void name(const float *input, element *output, int32_t count, float scale, int32_t zero_point)        \
    {                                                                                                                 \
        for (int32_t i = 0; i < count; i++) {                                                                         \
            float units = input[i] / scale;                                                                           \
            units = units > (beyond) ? (beyond) : units < -(beyond) ? -(beyond) : units == units ? units : 0.0f;      \
            int32_t whole = (int32_t)units;                                                                           \
            const float rest = units - (float)whole;                                                                  \
            whole += (rest >= 0.5f) - (rest <= -0.5f) + zero_point;                                                   \
            output[i] = (element)(whole < (least) ? (least) : whole > (greatest) ? (greatest) : whole);               \
        }                                                                                                             \
    }

RUNE_QUANTIZE(rune_quantize_int8, int8_t, INT8_MIN, INT8_MAX, 1024.0f)
RUNE_QUANTIZE(rune_quantize_int16, int16_t, INT16_MIN, INT16_MAX, 262144.0f)

/* Numbers, counted from their zero point, at another scale. */
#define RUNE_REQUANTIZE(name, element, result, requantized)                                                           \
    RUNE_KERNEL void name(const element *input, result *output, int32_t count, int32_t zero_point,                    \
                          const struct rune_requantize_twice *requantize)                                             \
    {                                                                                                                 \
        for (int32_t i = 0; i < count; i++)                                                                           \
            output[i] = requantized(input[i] - zero_point, requantize, 0);                                            \
    }

RUNE_REQUANTIZE(rune_requantize_int16_to_int8, int16_t, int8_t, rune_requantize_twice)
RUNE_REQUANTIZE(rune_requantize_int16_to_int16, int16_t, int16_t, rune_requantize_twice_int16)
RUNE_REQUANTIZE(rune_requantize_int8_to_int16, int8_t, int16_t, rune_requantize_twice_int16)

/* Each byte, as a number from 0, is a place in the table. */
RUNE_KERNEL void rune_dequantize_bytes(const uint8_t *input, float *output, const float *table, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = table[input[i]];
}

RUNE_KERNEL void rune_dequantize_int16(const int16_t *input, float *output, int32_t count, float scale)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = (float)input[i] * scale;
}

#endif
