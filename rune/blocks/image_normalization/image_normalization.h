/* The block image_normalization: whole numbers scaled to 0 to 1 by the range of their type, in f32. */
#ifndef RUNE_BLOCK_IMAGE_NORMALIZATION_H
#define RUNE_BLOCK_IMAGE_NORMALIZATION_H

#include "rune.h"
#include "rune_math.h"

#define RUNE_IMAGE_NORMALIZATION(NAME, TYPE, LOW, HIGH)                                                               \
    RUNE_FUNCTION void rune_image_normalization_##NAME(const TYPE *in, float *out, int32_t count) {                   \
        float low = (float)(LOW), range = (float)(HIGH) - low;                                                        \
        for (int32_t i = 0; i < count; ++i) {                                                                         \
            float above = (float)in[i] - low;                                                                         \
            out[i] = above / range;                                                                                   \
        }                                                                                                             \
    }

RUNE_IMAGE_NORMALIZATION(u8, uint8_t, 0, 255)
RUNE_IMAGE_NORMALIZATION(i8, int8_t, -128, 127)
RUNE_IMAGE_NORMALIZATION(u16, uint16_t, 0, 65535)
RUNE_IMAGE_NORMALIZATION(i16, int16_t, -32768, 32767)
RUNE_IMAGE_NORMALIZATION(u32, uint32_t, 0, UINT32_MAX)
RUNE_IMAGE_NORMALIZATION(i32, int32_t, INT32_MIN, INT32_MAX)

#endif
