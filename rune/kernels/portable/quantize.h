/* QUANTIZE and DEQUANTIZE: between floats and bytes. */
#ifndef RUNE_QUANTIZE_H
#define RUNE_QUANTIZE_H

#include <stdint.h>

#include "language.h"

/* The nearest byte (halves away from zero) to number / scale + zero_point. NaN gives what zero gives. */
RUNE_KERNEL int32_t rune_quantized(float number, float scale, int32_t zero_point, int32_t minimum, int32_t maximum)
{
    float units = number / scale;
    units = units > 1024.0f ? 1024.0f : units < -1024.0f ? -1024.0f : units == units ? units : 0.0f;
    int32_t whole = (int32_t)units;
    float rest = units - (float)whole;
    whole += (rest >= 0.5f) - (rest <= -0.5f) + zero_point;
    return whole < minimum ? minimum : whole > maximum ? maximum : whole;
}

RUNE_KERNEL void rune_quantize_int8(const float *input, int8_t *output, int32_t count, double scale,
                                    int32_t zero_point)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = (int8_t)rune_quantized(input[i], (float)scale, zero_point, INT8_MIN, INT8_MAX);
}

RUNE_KERNEL void rune_quantize_uint8(const float *input, uint8_t *output, int32_t count, double scale,
                                     int32_t zero_point)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = (uint8_t)rune_quantized(input[i], (float)scale, zero_point, 0, UINT8_MAX);
}

/* Each byte, as a number from 0, is a place in the table. */
RUNE_KERNEL void rune_dequantize_bytes(const uint8_t *input, float *output, const float *table, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = table[input[i]];
}

#endif
