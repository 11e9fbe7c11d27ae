/*
 * From a sum of products of 64 bits to the output's scale, 16 bits, in the arithmetic of TFLite's reference kernels. Shifts
 * to the right keep the sign.
 */
#ifndef RUNE_RESCALE_WIDE_H
#define RUNE_RESCALE_WIDE_H

#include <stdint.h>

#include "rescale.h"

/* A multiplier of 15 bits and a shift, from 8 to 46, a channel. */
struct rune_requantize_wide {
    const int16_t *mantissa;
    const int8_t *shift;
    int32_t minimum, maximum;
};

/* Sums stay below 2^47. A result that leaves 32 bits wraps. */
RUNE_FUNCTION int16_t rune_requantize_wide(int64_t sum, const struct rune_requantize_wide *to, int32_t channel)
{
    const int32_t shift = to->shift[channel];
    const int64_t scaled = (sum * to->mantissa[channel] + (INT64_C(1) << (shift - 1))) >> shift;
    const int32_t value = (int32_t)(uint32_t)(uint64_t)scaled;
    return (int16_t)(value < to->minimum ? to->minimum : value > to->maximum ? to->maximum : value);
}

/* The same for a sum that has 32 bits, rounded twice. */
RUNE_FUNCTION int16_t rune_requantize_short(int64_t sum, const struct rune_requantize_twice *to, int32_t channel)
{
    return rune_requantize_twice_int16((int32_t)(uint32_t)(uint64_t)sum, to, channel);
}

/* The same for one that is multiplied in double precision. */
RUNE_FUNCTION int16_t rune_requantize_nearest_int16(int64_t sum, const struct rune_requantize_nearest *to, int32_t channel)
{
    return (int16_t)rune_requantize_nearest((double)sum, to, channel);
}

/* A sum of products of int16 and int8. Some hundred of them fit into 32 bits, which are faster. */
RUNE_FUNCTION int64_t rune_dot_int16(const int16_t *numbers, const int8_t *weights, int32_t count)
{
    int64_t sum = 0;
    for (int32_t first = 0; first < count; first += 256) {
        const int32_t end = count - first < 256 ? count : first + 256;
        int32_t part = 0;
        for (int32_t i = first; i < end; i++)
            part += numbers[i] * weights[i];
        sum += part;
    }
    return sum;
}

#endif
