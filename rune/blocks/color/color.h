/* The block color: grey by the weights of ITU-R BT.601, channels swapped, or one channel three times. */
#ifndef RUNE_BLOCK_COLOR_H
#define RUNE_BLOCK_COLOR_H

#include "rune.h"
#include "rune_math.h"

/* Weights in parts of 65536, which sum up to it: 0.299, 0.587 and 0.114. */
RUNE_FUNCTION void rune_color_grey_u8(const uint8_t *in, uint8_t *out, int32_t pixels, int32_t is_bgr) {
    for (int32_t i = 0; i < pixels; ++i, in += 3) {
        uint32_t red = in[is_bgr ? 2 : 0], green = in[1], blue = in[is_bgr ? 0 : 2];
        out[i] = (uint8_t)((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
    }
}

RUNE_FUNCTION void rune_color_grey_f32(const float *in, float *out, int32_t pixels, int32_t is_bgr) {
    for (int32_t i = 0; i < pixels; ++i, in += 3) {
        float red = RUNE_PRODUCT_F32(in[is_bgr ? 2 : 0], 0.299f), green = RUNE_PRODUCT_F32(in[1], 0.587f);
        out[i] = rune_one_nan_f32(red + green + RUNE_PRODUCT_F32(in[is_bgr ? 0 : 2], 0.114f));
    }
}

#define RUNE_COLOR(NAME, TYPE)                                                                                        \
    RUNE_FUNCTION void rune_color_swap_##NAME(const TYPE *in, TYPE *out, int32_t pixels) {                            \
        for (int32_t i = 0; i < pixels; ++i, in += 3, out += 3) {                                                     \
            out[0] = in[2];                                                                                           \
            out[1] = in[1];                                                                                           \
            out[2] = in[0];                                                                                           \
        }                                                                                                             \
    }                                                                                                                 \
    RUNE_FUNCTION void rune_color_spread_##NAME(const TYPE *in, TYPE *out, int32_t pixels) {                          \
        for (int32_t i = 0; i < pixels; ++i, out += 3) out[0] = out[1] = out[2] = in[i];                              \
    }

RUNE_COLOR(u8, uint8_t)
RUNE_COLOR(f32, float)

#endif
