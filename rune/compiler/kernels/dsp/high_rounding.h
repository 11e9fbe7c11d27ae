/* The rounding of FULLY_CONNECTED by the upper half of a product, for mantissas that the build proved to be enough. */
#ifndef RUNE_DSP_HIGH_ROUNDING_H
#define RUNE_DSP_HIGH_ROUNDING_H

#include "instructions.h"

/* (sum * mantissa + a half) >> (32 + shift). `step` is 0 where all outputs have one multiplier. */
struct rune_high_rounding {
    const int32_t *mantissa;
    const int8_t *shift;
    int32_t step, zero_point, minimum, maximum;
};

RUNE_INLINE int8_t rune_high_byte(int32_t sum, const struct rune_high_rounding *to, int32_t output)
{
    const int32_t which = output * to->step, shift = to->shift[which];
    const int32_t start = (int32_t)((uint32_t)(2 * to->zero_point + 1) << (shift - 1));
    const int32_t value = rune_add_high(sum, to->mantissa[which], start) >> shift;
    return (int8_t)(value < to->minimum ? to->minimum : value > to->maximum ? to->maximum : value);
}

#endif
