/* SQUARED_DIFFERENCE, int8, with broadcasting. The output may be an input that is not repeated. */
#ifndef RUNE_SQUARED_DIFFERENCE_H
#define RUNE_SQUARED_DIFFERENCE_H

#include "broadcast.h"
#include "rescale.h"

/* `left_terms` and `right_terms` hold, for each byte from -128, the input at 2^7 times the common scale. */
RUNE_KERNEL void rune_squared_difference_int8(const int8_t *left, const int8_t *right, int8_t *output,
                                              const int32_t *left_terms, const int32_t *right_terms,
                                              const struct rune_broadcast *shape,
                                              const struct rune_requantize_twice *requantize)
{
#define RUNE_LINE(a, b, to, count, a_step, b_step)                                                             \
    for (int32_t i = 0; i < (count); i++) {                                                                    \
        const int32_t apart = left_terms[128 + (a)[i * (a_step)]] - right_terms[128 + (b)[i * (b_step)]];      \
        (to)[i] = rune_requantize_twice(apart * apart, requantize, 0);                                         \
    }
    RUNE_BROADCAST(shape, left, right, output, RUNE_LINE)
#undef RUNE_LINE
}

#endif
