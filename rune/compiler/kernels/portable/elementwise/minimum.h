/* MINIMUM and MAXIMUM, int8 and int16, with broadcasting. The output may be an input that is not repeated. */
#ifndef RUNE_MINIMUM_H
#define RUNE_MINIMUM_H

#include "broadcast.h"
#include "language.h"

#define RUNE_LEAST_LINE(a, b, to, count, a_step, b_step)                                              \
    for (int32_t i = 0; i < (count); i++)                                                              \
        (to)[i] = (b)[i * (b_step)] < (a)[i * (a_step)] ? (b)[i * (b_step)] : (a)[i * (a_step)];

#define RUNE_MOST_LINE(a, b, to, count, a_step, b_step)                                             \
    for (int32_t i = 0; i < (count); i++)                                                              \
        (to)[i] = (a)[i * (a_step)] < (b)[i * (b_step)] ? (b)[i * (b_step)] : (a)[i * (a_step)];

#define RUNE_EXTREME(name, element, line)                                                              \
    RUNE_KERNEL void name(const element *left, const element *right, element *output,                  \
                          const struct rune_broadcast *shape)                                          \
    {                                                                                                  \
        RUNE_BROADCAST(shape, left, right, output, line)                                               \
    }

RUNE_EXTREME(rune_minimum_int8, int8_t, RUNE_LEAST_LINE)
RUNE_EXTREME(rune_minimum_int16, int16_t, RUNE_LEAST_LINE)
RUNE_EXTREME(rune_maximum_int8, int8_t, RUNE_MOST_LINE)
RUNE_EXTREME(rune_maximum_int16, int16_t, RUNE_MOST_LINE)

#endif
