/* The block class_index: where the greatest element of each row is; the first of equal ones, and never a NaN. */
#ifndef RUNE_BLOCK_CLASS_INDEX_H
#define RUNE_BLOCK_CLASS_INDEX_H

#include "rune.h"

#define RUNE_CLASS_INDEX(NAME, TYPE)                                                                                  \
    RUNE_FUNCTION void rune_class_index_##NAME(const TYPE *in, uint32_t *out, int32_t rows, int32_t size) {           \
        for (int32_t row = 0; row < rows; ++row, in += size) {                                                        \
            int32_t best = 0;                                                                                         \
            for (int32_t i = 1; i < size; ++i)                                                                        \
                if (in[i] > in[best] || (in[best] != in[best] && in[i] == in[i])) best = i;                           \
            out[row] = (uint32_t)best;                                                                                \
        }                                                                                                             \
    }

RUNE_CLASS_INDEX(u8, uint8_t)
RUNE_CLASS_INDEX(i8, int8_t)
RUNE_CLASS_INDEX(u16, uint16_t)
RUNE_CLASS_INDEX(i16, int16_t)
RUNE_CLASS_INDEX(u32, uint32_t)
RUNE_CLASS_INDEX(i32, int32_t)
RUNE_CLASS_INDEX(f32, float)
RUNE_CLASS_INDEX(f64, double)

#endif
