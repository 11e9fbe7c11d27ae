/* PRELU, int8, with broadcasting. The output may be an input that is not repeated. */
#ifndef RUNE_PRELU_H
#define RUNE_PRELU_H

#include "broadcast.h"
#include "rescale.h"

/* Channel 0 of `requantize` is for numbers from zero on, channel 1 for the products of those below it. */
RUNE_KERNEL void rune_prelu_int8(const int8_t *input, const int8_t *alpha, int8_t *output, int32_t input_zero_point,
                                 int32_t alpha_zero_point, const struct rune_broadcast *shape,
                                 const struct rune_requantize_twice *requantize)
{
#define RUNE_LINE(a, b, to, count, a_step, b_step)                                                      \
    for (int32_t i = 0; i < (count); i++) {                                                             \
        const int32_t number = (a)[i * (a_step)] - input_zero_point;                                    \
        const int32_t factor = number >= 0 ? 1 : (b)[i * (b_step)] - alpha_zero_point;                  \
        (to)[i] = rune_requantize_twice(number * factor, requantize, number >= 0 ? 0 : 1);              \
    }
    RUNE_BROADCAST(shape, input, alpha, output, RUNE_LINE)
#undef RUNE_LINE
}

#endif
