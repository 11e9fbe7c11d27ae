/* The block transpose: the elements in the order that other dimensions give them. */
#ifndef RUNE_BLOCK_TRANSPOSE_H
#define RUNE_BLOCK_TRANSPOSE_H

#include "rune.h"

/* places: the sizes of six dimensions of the output, and how many elements of the input each step in one moves on. */
#define RUNE_TRANSPOSE(SIZE)                                                                                          \
    RUNE_FUNCTION void rune_transpose_##SIZE(const void *in, void *out, const void *places) {                         \
        const int32_t *sizes = (const int32_t *)places, *steps = sizes + 6;                                           \
        const uint8_t *from = (const uint8_t *)in;                                                                    \
        uint8_t *to = (uint8_t *)out;                                                                                 \
        for (int32_t a = 0; a < sizes[0]; ++a)                                                                        \
            for (int32_t b = 0; b < sizes[1]; ++b)                                                                    \
                for (int32_t c = 0; c < sizes[2]; ++c)                                                                \
                    for (int32_t d = 0; d < sizes[3]; ++d)                                                            \
                        for (int32_t e = 0; e < sizes[4]; ++e) {                                                      \
                            int32_t at = a * steps[0] + b * steps[1] + c * steps[2] + d * steps[3] + e * steps[4];    \
                            for (int32_t f = 0; f < sizes[5]; ++f, at += steps[5], to += SIZE)                        \
                                for (int32_t i = 0; i < SIZE; ++i) to[i] = from[at * SIZE + i];                       \
                        }                                                                                             \
    }

RUNE_TRANSPOSE(1)
RUNE_TRANSPOSE(2)
RUNE_TRANSPOSE(4)
RUNE_TRANSPOSE(8)

#endif
