/* MINIMUM and MAXIMUM, int8, with broadcasting. The output may be an input that is not repeated. */
#ifndef RUNE_MINIMUM_H
#define RUNE_MINIMUM_H

#include "broadcast.h"
#include "language.h"

RUNE_KERNEL void rune_minimum_int8(const int8_t *left, const int8_t *right, int8_t *output,
                                   const struct rune_broadcast *shape)
{
#define RUNE_LINE(a, b, to, count, a_step, b_step)                                                     \
    for (int32_t i = 0; i < (count); i++)                                                              \
        (to)[i] = (b)[i * (b_step)] < (a)[i * (a_step)] ? (b)[i * (b_step)] : (a)[i * (a_step)];
    RUNE_BROADCAST(shape, left, right, output, RUNE_LINE)
#undef RUNE_LINE
}

RUNE_KERNEL void rune_maximum_int8(const int8_t *left, const int8_t *right, int8_t *output,
                                   const struct rune_broadcast *shape)
{
#define RUNE_LINE(a, b, to, count, a_step, b_step)                                                     \
    for (int32_t i = 0; i < (count); i++)                                                              \
        (to)[i] = (a)[i * (a_step)] < (b)[i * (b_step)] ? (b)[i * (b_step)] : (a)[i * (a_step)];
    RUNE_BROADCAST(shape, left, right, output, RUNE_LINE)
#undef RUNE_LINE
}

#endif
