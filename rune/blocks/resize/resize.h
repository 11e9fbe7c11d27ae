/* The block resize: TFLite's reference arithmetic, in image_resize.h. */
#ifndef RUNE_BLOCK_RESIZE_H
#define RUNE_BLOCK_RESIZE_H

#include "rune.h"
#include "rune_math.h"
#include "image_resize.h"

#define RUNE_RESIZE(NAME, TYPE)                                                                                       \
    RUNE_FUNCTION void rune_resize_##NAME(const TYPE *in, TYPE *out, const void *rows, const void *columns,           \
                                          int32_t width, int32_t channels, int32_t out_height, int32_t out_width) {   \
        rune_image_resize_##NAME(in, out, (const struct rune_image_place *)rows,                                      \
                                 (const struct rune_image_place *)columns, width, channels, out_height, out_width,    \
                                 out_width * channels);                                                               \
    }

RUNE_RESIZE(u8, uint8_t)
RUNE_RESIZE(i8, int8_t)
RUNE_RESIZE(f32, float)

RUNE_FUNCTION void rune_resize_nearest(const void *in, void *out, const void *rows, const void *columns, int32_t width,
                                       int32_t pixel, int32_t out_height, int32_t out_width) {
    rune_image_resize_nearest(in, out, (const struct rune_image_place *)rows, (const struct rune_image_place *)columns,
                              width, pixel, out_height, out_width, out_width * pixel);
}

#endif
