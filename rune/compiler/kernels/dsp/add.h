/* ADD and SUB of int8 without broadcasting. The output may be an input. */
#ifndef RUNE_DSP_ADD_H
#define RUNE_DSP_ADD_H

#include "requantize.h"

/*
 * `left_terms` and `right_terms` hold, for each byte from -128, the input at 2^20 times the common scale; the sum is
 * rescaled with two roundings.
 */
RUNE_INLINE void rune_add_bytes(const int8_t *left, const int8_t *right, int8_t *output, const int32_t *left_terms,
                                const int32_t *right_terms, int32_t count, const struct rune_requantize_twice *to,
                                const int is_whole)
{
    const struct rune_channel_rounding by = rune_rounding_of(to, 0);
    const int32_t minimum = to->minimum, maximum = to->maximum;
    const int8_t *end = left + count;
    left_terms += 128;
    right_terms += 128;
    for (; left != end; left++, right++, output++)
        *output = rune_bounded_byte(rune_rounded_twice(left_terms[*left] + right_terms[*right], by), is_whole, minimum, maximum);
}

#define RUNE_ADD_INT8(name, is_whole)                                                                                  \
    RUNE_KERNEL void name(const int8_t *left, const int8_t *right, int8_t *output, const int32_t *left_terms,          \
                          const int32_t *right_terms, int32_t count, const struct rune_requantize_twice *to)           \
    {                                                                                                                  \
        rune_add_bytes(left, right, output, left_terms, right_terms, count, to, is_whole);                             \
    }

RUNE_ADD_INT8(rune_add_int8_dense, 1)
RUNE_ADD_INT8(rune_add_int8_dense_bounded, 0)

#endif
