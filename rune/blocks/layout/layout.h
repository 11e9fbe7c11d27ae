/* The block layout: rows and columns of pixels and channels are swapped. */
#ifndef RUNE_BLOCK_LAYOUT_H
#define RUNE_BLOCK_LAYOUT_H

#include "rune.h"

#define RUNE_LAYOUT(SIZE)                                                                                             \
    RUNE_FUNCTION void rune_layout_##SIZE(const void *in, void *out, int32_t rows, int32_t columns) {                 \
        const uint8_t *from = (const uint8_t *)in;                                                                    \
        uint8_t *to = (uint8_t *)out;                                                                                 \
        for (int32_t column = 0; column < columns; ++column)                                                          \
            for (int32_t row = 0; row < rows; ++row, to += SIZE)                                                      \
                for (int32_t i = 0; i < SIZE; ++i) to[i] = from[(row * columns + column) * SIZE + i];                 \
    }

RUNE_LAYOUT(1)
RUNE_LAYOUT(2)
RUNE_LAYOUT(4)
RUNE_LAYOUT(8)

#endif
