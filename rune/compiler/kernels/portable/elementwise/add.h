/* ADD and SUB, int8, with broadcasting. The output may be an input that is not repeated. */
#ifndef RUNE_ADD_H
#define RUNE_ADD_H

#include "broadcast.h"
#include "rescale.h"

/*
 * `left_terms` and `right_terms` hold, for each byte from -128, the input at 2^20 times the common scale; the sum is
 * rescaled with two roundings.
 */
RUNE_KERNEL void rune_add_int8(const int8_t *left, const int8_t *right, int8_t *output, const int32_t *left_terms,
                               const int32_t *right_terms, const struct rune_broadcast *shape,
                               const struct rune_requantize_twice *requantize)
{
#define RUNE_LINE(a, b, to, count, a_step, b_step)                                                                     \
    for (int32_t i = 0; i < (count); i++)                                                                              \
        (to)[i] = rune_requantize_twice(left_terms[128 + (a)[i * (a_step)]] + right_terms[128 + (b)[i * (b_step)]],    \
                                        requantize, 0);
    RUNE_BROADCAST(shape, left, right, output, RUNE_LINE)
#undef RUNE_LINE
}

#endif
