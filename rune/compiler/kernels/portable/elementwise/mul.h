/* MUL, int8 and int16, with broadcasting. The output may be an input that is not repeated. */
#ifndef RUNE_MUL_H
#define RUNE_MUL_H

#include "broadcast.h"
#include "rescale.h"

#define RUNE_PRODUCTS_LINE(a, b, to, count, a_step, b_step)                                                             \
    for (int32_t i = 0; i < (count); i++)                                                                          \
        (to)[i] = RUNE_REQUANTIZED(                                                                                \
            ((a)[i * (a_step)] - left_zero_point) * ((b)[i * (b_step)] - right_zero_point), requantize, 0);

#define RUNE_MUL(name, element)                                                                                    \
    RUNE_KERNEL void name(const element *left, const element *right, element *output, int32_t left_zero_point,     \
                          int32_t right_zero_point, const struct rune_broadcast *shape,                            \
                          const struct rune_requantize_twice *requantize)                                          \
    {                                                                                                              \
        RUNE_BROADCAST(shape, left, right, output, RUNE_PRODUCTS_LINE)                                                  \
    }

#define RUNE_REQUANTIZED rune_requantize_twice
RUNE_MUL(rune_mul_int8, int8_t)
#undef RUNE_REQUANTIZED
#define RUNE_REQUANTIZED rune_requantize_twice_int16
RUNE_MUL(rune_mul_int16, int16_t)
#undef RUNE_REQUANTIZED

#endif
