/* REDUCE_MAX and REDUCE_MIN over some dimensions, int8, int16 and float32. */
#ifndef RUNE_REDUCE_MAX_H
#define RUNE_REDUCE_MAX_H

#include <stdint.h>

#include "language.h"

/* Sizes of the input; steps from each index to the next in the output, 0 where one number stands for all of them. */
struct rune_extremes {
    int32_t sizes[6], steps[6];
};

#define RUNE_LARGEST 3.4028234663852886e38f /* where the reference begins */

#define RUNE_EXTREMES(name, element, first, sign)                                                              \
    RUNE_KERNEL void name(const element *input, element *output, int32_t outputs,                              \
                          const struct rune_extremes *shape)                                                   \
    {                                                                                                          \
        for (int32_t i = 0; i < outputs; i++)                                                                  \
            output[i] = (first);                                                                               \
        for (int32_t i0 = 0; i0 < shape->sizes[0]; i0++)                                                       \
            for (int32_t i1 = 0; i1 < shape->sizes[1]; i1++)                                                   \
                for (int32_t i2 = 0; i2 < shape->sizes[2]; i2++)                                               \
                    for (int32_t i3 = 0; i3 < shape->sizes[3]; i3++)                                           \
                        for (int32_t i4 = 0; i4 < shape->sizes[4]; i4++) {                                     \
                            element *row = output + (i0 * shape->steps[0] + i1 * shape->steps[1] +             \
                                                     i2 * shape->steps[2] + i3 * shape->steps[3] +             \
                                                     i4 * shape->steps[4]);                                    \
                            for (int32_t i5 = 0; i5 < shape->sizes[5]; i5++, input++)                          \
                                if (*input sign row[i5 * shape->steps[5]])                                     \
                                    row[i5 * shape->steps[5]] = *input;                                        \
                        }                                                                                      \
    }

RUNE_EXTREMES(rune_reduce_max_int8, int8_t, INT8_MIN, >)
RUNE_EXTREMES(rune_reduce_min_int8, int8_t, INT8_MAX, <)
RUNE_EXTREMES(rune_reduce_max_int16, int16_t, INT16_MIN, >)
RUNE_EXTREMES(rune_reduce_min_int16, int16_t, INT16_MAX, <)
RUNE_EXTREMES(rune_reduce_max_float32, float, -RUNE_LARGEST, >)
RUNE_EXTREMES(rune_reduce_min_float32, float, RUNE_LARGEST, <)

#endif
