/* The block dequantize: (element - zero point) * scale, rounded once to f32. */
#ifndef RUNE_BLOCK_DEQUANTIZE_H
#define RUNE_BLOCK_DEQUANTIZE_H

#include "rune.h"
#include "rune_math.h"

#define RUNE_DEQUANTIZE(NAME, TYPE)                                                                                   \
    RUNE_FUNCTION void rune_dequantize_##NAME(const TYPE *in, float *out, int32_t count, double scale,                \
                                              int32_t zero_point) {                                                   \
        for (int32_t i = 0; i < count; ++i) out[i] = (float)((int32_t)in[i] - zero_point) * (float)scale;             \
    }

RUNE_DEQUANTIZE(i8, int8_t)
RUNE_DEQUANTIZE(u8, uint8_t)
RUNE_DEQUANTIZE(i16, int16_t)

#endif
