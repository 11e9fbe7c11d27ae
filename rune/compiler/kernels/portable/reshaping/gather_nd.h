/* GATHER_ND. */
#ifndef RUNE_GATHER_ND_H
#define RUNE_GATHER_ND_H

#include "fail_at_index.h"

/* `count` slices of `width` bytes, by `rank` indices each; `lengths` are the sizes of the dimensions that they index. */
#define RUNE_GATHER_ND(name, kind)                                                                            \
    RUNE_KERNEL void name(const uint8_t *input, const kind *indices, uint8_t *output, const int32_t *lengths, \
                          int32_t rank, int32_t width, int32_t count)                                         \
    {                                                                                                         \
        for (int32_t i = 0; i < count * rank; i++)                                                            \
            if (indices[i] < 0 || indices[i] >= lengths[i % rank]) {                                          \
                rune_fail_at_index("GATHER_ND", indices[i], lengths[i % rank]);                                \
                return;                                                                                       \
            }                                                                                                 \
        for (int32_t i = 0; i < count; i++, indices += rank, output += width) {                               \
            int32_t place = 0;                                                                                \
            for (int32_t axis = 0; axis < rank; axis++)                                                       \
                place = place * lengths[axis] + (int32_t)indices[axis];                                       \
            for (int32_t k = 0; k < width; k++)                                                               \
                output[k] = input[place * width + k];                                                         \
        }                                                                                                     \
    }

RUNE_GATHER_ND(rune_gather_nd_int16, int16_t)
RUNE_GATHER_ND(rune_gather_nd_int32, int32_t)
RUNE_GATHER_ND(rune_gather_nd_int64, int64_t)

#endif
