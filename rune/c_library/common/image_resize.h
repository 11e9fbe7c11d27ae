/* Making pictures larger or smaller: TFLite's reference arithmetic. The tables come from the build. */
#ifndef RUNE_IMAGE_RESIZE_H
#define RUNE_IMAGE_RESIZE_H

#include <stddef.h>
#include <stdint.h>

#include "language.h"
#include "rune_math.h"

/* The two rows or columns of the input that a row or column of the output is between, and its distance from the
 * first. The weight is a part of 1, or for int8 of 1024. */
struct rune_image_place {
    int32_t lower, upper;
    float weight;
    int32_t weight_1024;
};

/* `out` is the first pixel that is written, and `stride` how many elements lie between its rows. */
#define RUNE_IMAGE_RESIZE_FLOAT(NAME, TYPE, ROUNDED)                                                                  \
    RUNE_FUNCTION void rune_image_resize_##NAME(const TYPE *in, TYPE *out, const struct rune_image_place *rows,       \
                                                const struct rune_image_place *columns, int32_t width,                \
                                                int32_t channels, int32_t out_height, int32_t out_width,              \
                                                int32_t stride) {                                                     \
        for (int32_t y = 0; y < out_height; ++y, out += stride) {                                                     \
            const TYPE *top = in + (ptrdiff_t)rows[y].lower * width * channels;                                       \
            const TYPE *bottom = in + (ptrdiff_t)rows[y].upper * width * channels;                                    \
            const float below = rows[y].weight, above = 1.0f - below;                                                 \
            for (int32_t x = 0; x < out_width; ++x) {                                                                 \
                const int32_t left = columns[x].lower * channels, right = columns[x].upper * channels;                \
                const float after = columns[x].weight, before = 1.0f - after;                                         \
                for (int32_t i = 0; i < channels; ++i) {                                                              \
                    float sum = RUNE_PRODUCT_F32(RUNE_PRODUCT_F32((float)top[left + i], above), before);              \
                    sum += RUNE_PRODUCT_F32(RUNE_PRODUCT_F32((float)bottom[left + i], below), before);                \
                    sum += RUNE_PRODUCT_F32(RUNE_PRODUCT_F32((float)top[right + i], above), after);                   \
                    sum += RUNE_PRODUCT_F32(RUNE_PRODUCT_F32((float)bottom[right + i], below), after);                \
                    out[x * channels + i] = ROUNDED(sum);                                                             \
                }                                                                                                     \
            }                                                                                                         \
        }                                                                                                             \
    }

/* Of a negative zero comes zero. */
RUNE_FUNCTION float rune_image_as_f32(float sum) { return rune_one_nan_f32(sum + 0.0f); }

RUNE_FUNCTION uint8_t rune_image_as_u8(float sum) { return (uint8_t)(sum + 0.5f); }

RUNE_IMAGE_RESIZE_FLOAT(u8, uint8_t, rune_image_as_u8)
RUNE_IMAGE_RESIZE_FLOAT(f32, float, rune_image_as_f32)

/* Weights are parts of 1024; the sum, in parts of 2^20, is rounded away from zero. */
RUNE_FUNCTION void rune_image_resize_i8(const int8_t *in, int8_t *out, const struct rune_image_place *rows,
                                        const struct rune_image_place *columns, int32_t width, int32_t channels,
                                        int32_t out_height, int32_t out_width, int32_t stride) {
    for (int32_t y = 0; y < out_height; ++y, out += stride) {
        const int8_t *top = in + (ptrdiff_t)rows[y].lower * width * channels;
        const int8_t *bottom = in + (ptrdiff_t)rows[y].upper * width * channels;
        const int32_t below = rows[y].weight_1024;
        for (int32_t x = 0; x < out_width; ++x) {
            const int32_t left = columns[x].lower * channels, right = columns[x].upper * channels;
            const int32_t after = columns[x].weight_1024;
            for (int32_t i = 0; i < channels; ++i) {
                const int32_t over = top[left + i] * (1024 - after) + top[right + i] * after;
                const int32_t under = bottom[left + i] * (1024 - after) + bottom[right + i] * after;
                const int32_t sum = over * (1024 - below) + under * below;
                out[x * channels + i] = (int8_t)((sum + (sum > 0 ? 524288 : -524288)) / 1048576);
            }
        }
    }
}

/* The pixel at `lower`, of so many bytes. */
RUNE_FUNCTION void rune_image_resize_nearest(const void *in, void *out, const struct rune_image_place *rows,
                                             const struct rune_image_place *columns, int32_t width, int32_t pixel,
                                             int32_t out_height, int32_t out_width, int32_t stride) {
    uint8_t *to = (uint8_t *)out;
    for (int32_t y = 0; y < out_height; ++y, to += stride) {
        const uint8_t *row = (const uint8_t *)in + (ptrdiff_t)rows[y].lower * width * pixel;
        for (int32_t x = 0; x < out_width; ++x)
            for (int32_t i = 0; i < pixel; ++i) to[x * pixel + i] = row[columns[x].lower * pixel + i];
    }
}

#endif
