/* GATHER and EMBEDDING_LOOKUP by indices that come while it runs. */
#ifndef RUNE_GATHER_H
#define RUNE_GATHER_H

#include "fail_at_index.h"

/* `rows` times `count` of `length` slices of `width` bytes. */
#define RUNE_GATHER(name, kind, op)                                                                       \
    RUNE_KERNEL void name(const uint8_t *input, const kind *indices, uint8_t *output, int32_t rows,       \
                          int32_t length, int32_t width, int32_t count)                                   \
    {                                                                                                     \
        for (int32_t i = 0; i < count; i++)                                                               \
            if (indices[i] < 0 || indices[i] >= length) {                                                 \
                rune_fail_at_index(op, indices[i], length);                                                \
                return;                                                                                   \
            }                                                                                             \
        for (int32_t row = 0; row < rows; row++, input += length * width)                                 \
            for (int32_t i = 0; i < count; i++, output += width)                                          \
                for (int32_t k = 0; k < width; k++)                                                       \
                    output[k] = input[(int32_t)indices[i] * width + k];                                   \
    }

RUNE_GATHER(rune_gather_int32, int32_t, "GATHER")
RUNE_GATHER(rune_gather_int64, int64_t, "GATHER")
RUNE_GATHER(rune_embedding_lookup_int32, int32_t, "EMBEDDING_LOOKUP")

#endif
