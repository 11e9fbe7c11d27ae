/* CAST among float32, int32, int16, int8 and truths, which are bytes of 0 or 1. */
#ifndef RUNE_CAST_H
#define RUNE_CAST_H

#include <stdint.h>

#include "language.h"

/* Truncated to an integer between the limits; 0 for a NaN. */
RUNE_FUNCTION int32_t rune_whole(float value, int32_t minimum, int32_t maximum)
{
    if (!((double)value > (double)minimum))
        return (double)value <= (double)minimum ? minimum : 0;
    return (double)value >= (double)maximum ? maximum : (int32_t)value;
}

#define RUNE_CAST(name, from, to, result)                                            \
    RUNE_KERNEL void rune_cast_##name(const from *input, to *output, int32_t count)  \
    {                                                                                \
        for (int32_t i = 0; i < count; i++) {                                        \
            const from x = input[i];                                                 \
            output[i] = (to)(result);                                                \
        }                                                                            \
    }

#define RUNE_CASTS(name, from)                                                       \
    RUNE_CAST(name##_to_float32, from, float, x)                                     \
    RUNE_CAST(name##_to_int32, from, int32_t, x)                                     \
    RUNE_CAST(name##_to_int16, from, int16_t, x)                                     \
    RUNE_CAST(name##_to_int8, from, int8_t, x)                                       \
    RUNE_CAST(name##_to_truth, from, uint8_t, x != 0)

RUNE_CASTS(int32, int32_t)
RUNE_CASTS(int16, int16_t)
RUNE_CASTS(int8, int8_t)
RUNE_CASTS(uint8, uint8_t)
RUNE_CAST(float32_to_float32, float, float, x)
RUNE_CAST(float32_to_int32, float, int32_t, rune_whole(x, INT32_MIN, INT32_MAX))
RUNE_CAST(float32_to_int16, float, int16_t, rune_whole(x, INT16_MIN, INT16_MAX))
RUNE_CAST(float32_to_int8, float, int8_t, rune_whole(x, INT8_MIN, INT8_MAX))
RUNE_CAST(float32_to_truth, float, uint8_t, x < 0.0f || x > 0.0f || x != x)

#endif
