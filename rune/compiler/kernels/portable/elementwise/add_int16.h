/* ADD and SUB, int16, with broadcasting. The output may be an input that is not repeated. */
#ifndef RUNE_ADD_INT16_H
#define RUNE_ADD_INT16_H

#include "broadcast.h"
#include "rescale.h"

/* The factors that rescale inputs of int16, shifted left by 15 bits, to a common scale; exponents are at most 0. */
struct rune_add_int16 {
    int32_t left_mantissa, left_exponent, right_mantissa, right_exponent, subtracts;
};

RUNE_KERNEL void rune_add_int16(const int16_t *left, const int16_t *right, int16_t *output,
                                const struct rune_add_int16 *terms, const struct rune_broadcast *shape,
                                const struct rune_requantize_twice *requantize)
{
#define RUNE_LINE(a, b, to, count, a_step, b_step)                                                                     \
    for (int32_t i = 0; i < (count); i++) {                                                                            \
        const int32_t one = rune_rescale_twice_one((a)[i * (a_step)] * (1 << 15), terms->left_mantissa,                \
                                                   terms->left_exponent);                                              \
        const int32_t other = rune_rescale_twice_one((b)[i * (b_step)] * (1 << 15), terms->right_mantissa,             \
                                                     terms->right_exponent);                                           \
        (to)[i] = rune_requantize_twice_int16(terms->subtracts ? one - other : one + other, requantize, 0);            \
    }
    RUNE_BROADCAST(shape, left, right, output, RUNE_LINE)
#undef RUNE_LINE
}

#endif
