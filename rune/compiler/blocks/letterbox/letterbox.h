/* The block letterbox: all is filled, and the image in proportion is put into the middle. */
#ifndef RUNE_BLOCK_LETTERBOX_H
#define RUNE_BLOCK_LETTERBOX_H

#include "rune.h"
#include "rune_math.h"
#include "image_resize.h"

/* The same tables serve both methods: the nearest pixel is one between itself and itself, of weight 0. */
#define RUNE_LETTERBOX(NAME, TYPE)                                                                                    \
    RUNE_FUNCTION void rune_letterbox_##NAME(const TYPE *in, TYPE *out, const void *rows, const void *columns,        \
                                             int32_t width, int32_t channels, int32_t frame_height,                   \
                                             int32_t frame_width, int32_t height_in, int32_t width_in, int32_t top,   \
                                             int32_t left, double fill) {                                             \
        const int32_t stride = frame_width * channels;                                                                \
        for (int32_t i = 0; i < frame_height * stride; ++i) out[i] = (TYPE)fill;                                      \
        rune_image_resize_##NAME(in, out + top * stride + left * channels, (const struct rune_image_place *)rows,     \
                                 (const struct rune_image_place *)columns, width, channels, height_in, width_in,      \
                                 stride);                                                                             \
    }

RUNE_LETTERBOX(u8, uint8_t)
RUNE_LETTERBOX(i8, int8_t)
RUNE_LETTERBOX(f32, float)

#endif
