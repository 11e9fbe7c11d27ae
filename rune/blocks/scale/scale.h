/* The block scale: each element times the factor of its channel plus its offset, each rounded once, in f32. */
#ifndef RUNE_BLOCK_SCALE_H
#define RUNE_BLOCK_SCALE_H

#include "rune.h"
#include "rune_math.h"

#define RUNE_SCALE(NAME, TYPE)                                                                                        \
    RUNE_FUNCTION void rune_scale_##NAME(const TYPE *in, float *out, const void *factor_table,                        \
                                         const void *offset_table, int32_t count, int32_t channels) {                 \
        const float *factors = (const float *)factor_table, *offsets = (const float *)offset_table;                   \
        for (int32_t i = 0; i < count;) {                                                                             \
            for (int32_t channel = 0; channel < channels && i < count; ++channel, ++i)                                \
                out[i] = rune_one_nan_f32(RUNE_PRODUCT_F32((float)in[i], factors[channel]) + offsets[channel]);       \
        }                                                                                                             \
    }

RUNE_SCALE(u8, uint8_t)
RUNE_SCALE(i8, int8_t)
RUNE_SCALE(u16, uint16_t)
RUNE_SCALE(i16, int16_t)
RUNE_SCALE(f32, float)

#endif
