/* Operators that only move elements: slices, transpositions, paddings, repetitions. */
#ifndef RUNE_REARRANGEMENT_H
#define RUNE_REARRANGEMENT_H

#include <stdint.h>

#include "language.h"

/* Sizes of the output, but for its last `run` elements that lie together in the input as well. */
struct rune_rearrangement {
    int32_t sizes[6], run;
};

/*
 * `offsets` has, for each index of each dimension of the output, one dimension after the other, what it adds to the place
 * in the input; below zero where there is nothing but the padding.
 */
#define RUNE_REARRANGE(name, element)                                                                                 \
    RUNE_KERNEL void name(const element *input, element *output, const int32_t *offsets,                              \
                          const struct rune_rearrangement *to, element padding)                                       \
    {                                                                                                                 \
        const int32_t *const o0 = offsets, *const o1 = o0 + to->sizes[0], *const o2 = o1 + to->sizes[1];              \
        const int32_t *const o3 = o2 + to->sizes[2], *const o4 = o3 + to->sizes[3], *const o5 = o4 + to->sizes[4];    \
        for (int32_t i0 = 0; i0 < to->sizes[0]; i0++)                                                                 \
            for (int32_t i1 = 0; i1 < to->sizes[1]; i1++)                                                             \
                for (int32_t i2 = 0; i2 < to->sizes[2]; i2++)                                                         \
                    for (int32_t i3 = 0; i3 < to->sizes[3]; i3++)                                                     \
                        for (int32_t i4 = 0; i4 < to->sizes[4]; i4++) {                                               \
                            const int32_t outside = o0[i0] | o1[i1] | o2[i2] | o3[i3] | o4[i4];                       \
                            const int32_t start = o0[i0] + o1[i1] + o2[i2] + o3[i3] + o4[i4];                         \
                            for (int32_t i5 = 0; i5 < to->sizes[5]; i5++, output += to->run) {                        \
                                const element *from = input;                                                          \
                                if ((outside | o5[i5]) < 0) {                                                         \
                                    for (int32_t i = 0; i < to->run; i++)                                             \
                                        output[i] = padding;                                                          \
                                    continue;                                                                         \
                                }                                                                                     \
                                from += start + o5[i5];                                                               \
                                for (int32_t i = 0; i < to->run; i++)                                                 \
                                    output[i] = from[i];                                                              \
                            }                                                                                         \
                        }                                                                                             \
    }

RUNE_REARRANGE(rune_rearrange_float32, float)
RUNE_REARRANGE(rune_rearrange_int32, int32_t)
RUNE_REARRANGE(rune_rearrange_int16, int16_t)
RUNE_REARRANGE(rune_rearrange_int8, int8_t)

#endif
