/* QUANTIZE and DEQUANTIZE: between floats and bytes. */
#ifndef RUNE_QUANTIZE_H
#define RUNE_QUANTIZE_H

#include <stdint.h>

#include "language.h"

/* The nearest byte (halves away from zero) to number / scale + zero_point. NaN gives what zero gives. */
RUNE_KERNEL void rune_quantize_int8(const float *input, int8_t *output, int32_t count, float scale, int32_t zero_point)
{
    for (int32_t i = 0; i < count; i++) {
        float units = input[i] / scale;
        units = units > 1024.0f ? 1024.0f : units < -1024.0f ? -1024.0f : units == units ? units : 0.0f;
        int32_t whole = (int32_t)units;
        const float rest = units - (float)whole;
        whole += (rest >= 0.5f) - (rest <= -0.5f) + zero_point;
        output[i] = (int8_t)(whole < INT8_MIN ? INT8_MIN : whole > INT8_MAX ? INT8_MAX : whole);
    }
}

/* Each byte, as a number from 0, is a place in the table. */
RUNE_KERNEL void rune_dequantize_bytes(const uint8_t *input, float *output, const float *table, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = table[input[i]];
}

#endif
