/* LOGICAL_AND and LOGICAL_OR, with broadcasting. The output may be an input that is not repeated. */
#ifndef RUNE_LOGICAL_H
#define RUNE_LOGICAL_H

#include "broadcast.h"
#include "language.h"

RUNE_KERNEL void rune_logical_and(const uint8_t *left, const uint8_t *right, uint8_t *output,
                                  const struct rune_broadcast *shape)
{
#define RUNE_LINE(a, b, to, count, a_step, b_step)                                  \
    for (int32_t i = 0; i < (count); i++)                                           \
        (to)[i] = (uint8_t)((a)[i * (a_step)] != 0 && (b)[i * (b_step)] != 0);
    RUNE_BROADCAST(shape, left, right, output, RUNE_LINE)
#undef RUNE_LINE
}

RUNE_KERNEL void rune_logical_or(const uint8_t *left, const uint8_t *right, uint8_t *output,
                                 const struct rune_broadcast *shape)
{
#define RUNE_LINE(a, b, to, count, a_step, b_step)                                  \
    for (int32_t i = 0; i < (count); i++)                                           \
        (to)[i] = (uint8_t)((a)[i * (a_step)] != 0 || (b)[i * (b_step)] != 0);
    RUNE_BROADCAST(shape, left, right, output, RUNE_LINE)
#undef RUNE_LINE
}

#endif
