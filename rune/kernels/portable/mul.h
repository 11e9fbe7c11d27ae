/* MUL, int8, with broadcasting. The output may be an input that is not repeated. */
#ifndef RUNE_MUL_H
#define RUNE_MUL_H

#include "broadcast.h"
#include "rescale.h"

RUNE_KERNEL void rune_mul_int8(const int8_t *left, const int8_t *right, int8_t *output, int32_t left_zero_point,
                               int32_t right_zero_point, const struct rune_broadcast *shape,
                               const struct rune_requantize_twice *requantize)
{
#define RUNE_LINE(a, b, to, count, a_step, b_step)                                                                     \
    for (int32_t i = 0; i < (count); i++)                                                                              \
        (to)[i] = rune_requantize_twice(((a)[i * (a_step)] - left_zero_point) * ((b)[i * (b_step)] - right_zero_point), \
                                        requantize, 0);
    RUNE_BROADCAST(shape, left, right, output, RUNE_LINE)
#undef RUNE_LINE
}

#endif
