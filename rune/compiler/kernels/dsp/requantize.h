/*
 * From a sum to a byte by the multiplier of 31 bits and the right shift of the reference, with both of its roundings; for
 * sums whose double stays within 32 bits, and shifts from 1 to 22, which the build knows of a layer's weights.
 */
#ifndef RUNE_DSP_REQUANTIZE_H
#define RUNE_DSP_REQUANTIZE_H

#include "instructions.h"
#include "rescale.h"

/* The parameters of one channel's sums: `rounding` is a half and the zero point, before the shift. */
struct rune_channel_rounding {
    int32_t mantissa, shift, rounding;
};

/* One channel of `struct rune_requantize_twice`, whose exponents are below zero. */
RUNE_INLINE struct rune_channel_rounding rune_rounding_of(const struct rune_requantize_twice *to, int32_t channel)
{
    const int32_t shift = -to->exponent[channel];
    const struct rune_channel_rounding found = {to->mantissa[channel], shift,
                                                (int32_t)((uint32_t)(2 * to->zero_point + 1) << (shift - 1))};
    return found;
}

/* Halves of the product go up, those of the shift away from zero. */
RUNE_INLINE int32_t rune_rounded_twice(int32_t sum, struct rune_channel_rounding by)
{
    const int32_t value = rune_high_rounded((int32_t)((uint32_t)sum << 1), by.mantissa);
    return (value + (value >> 31) + by.rounding) >> by.shift;
}

/* Within the output's range; `is_whole` says that this is all bytes, and is known when it is compiled. */
RUNE_INLINE int8_t rune_bounded_byte(int32_t value, int is_whole, int32_t minimum, int32_t maximum)
{
    if (is_whole)
        return (int8_t)rune_to_byte(value);
    return (int8_t)(value < minimum ? minimum : value > maximum ? maximum : value);
}

/* Sums that follow each other become bytes of one channel, `step` bytes apart. Four at a time. */
RUNE_INLINE void rune_store_row(int8_t *output, const int32_t *sums, int32_t count, int32_t step,
                                const struct rune_requantize_twice *to, int32_t channel, const int is_whole)
{
    const struct rune_channel_rounding by = rune_rounding_of(to, channel);
    const int32_t minimum = to->minimum, maximum = to->maximum;
    for (; count >= 4; count -= 4, sums += 4) {
        output[0] = rune_bounded_byte(rune_rounded_twice(sums[0], by), is_whole, minimum, maximum);
        output[step] = rune_bounded_byte(rune_rounded_twice(sums[1], by), is_whole, minimum, maximum);
        output += 2 * step;
        output[0] = rune_bounded_byte(rune_rounded_twice(sums[2], by), is_whole, minimum, maximum);
        output[step] = rune_bounded_byte(rune_rounded_twice(sums[3], by), is_whole, minimum, maximum);
        output += 2 * step;
    }
    for (; count > 0; count--, output += step)
        *output = rune_bounded_byte(rune_rounded_twice(*sums++, by), is_whole, minimum, maximum);
}

#endif
