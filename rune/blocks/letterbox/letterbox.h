/* The block letterbox: all is filled, and the image in proportion is put into the middle. */
#ifndef RUNE_BLOCK_LETTERBOX_H
#define RUNE_BLOCK_LETTERBOX_H

#include "rune.h"
#include "rune_math.h"
#include "image_resize.h"

/* RESIZE counts in units, of which an element has so many: itself, or its bytes. */
#define RUNE_LETTERBOX(NAME, TYPE, RESIZE, UNITS)                                                                     \
    RUNE_FUNCTION void rune_letterbox_##NAME(const TYPE *in, TYPE *out, const void *rows, const void *columns,        \
                                             int32_t width, int32_t channels, int32_t frame_height,                   \
                                             int32_t frame_width, int32_t height_in, int32_t width_in, int32_t top,   \
                                             int32_t left, double fill) {                                             \
        const int32_t stride = frame_width * channels;                                                                \
        for (int32_t i = 0; i < frame_height * stride; ++i) out[i] = (TYPE)fill;                                      \
        RESIZE(in, out + top * stride + left * channels, (const struct rune_image_place *)rows,                       \
               (const struct rune_image_place *)columns, width, channels * (UNITS), height_in, width_in,              \
               stride * (UNITS));                                                                                     \
    }

RUNE_LETTERBOX(u8, uint8_t, rune_image_resize_u8, 1)
RUNE_LETTERBOX(i8, int8_t, rune_image_resize_i8, 1)
RUNE_LETTERBOX(f32, float, rune_image_resize_f32, 1)
RUNE_LETTERBOX(nearest_u8, uint8_t, rune_image_resize_nearest, 1)
RUNE_LETTERBOX(nearest_i8, int8_t, rune_image_resize_nearest, 1)
RUNE_LETTERBOX(nearest_f32, float, rune_image_resize_nearest, 4)

#endif
