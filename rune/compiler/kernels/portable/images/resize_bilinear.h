/* RESIZE_BILINEAR, int8, int16, uint8 and float32: each pixel of the output lies between four of the input. */
#ifndef RUNE_RESIZE_BILINEAR_H
#define RUNE_RESIZE_BILINEAR_H

#include <stddef.h>
#include <stdint.h>

#include "language.h"

/* Rows and columns of the output lie between `lower` and `upper` of the input. */
struct rune_resize {
    int32_t batches, input_height, input_width, output_height, output_width, channels;
    const int32_t *row_lower, *row_upper, *column_lower, *column_upper;
};

/* The four pixels around one of the output. */
#define RUNE_FOUR_PIXELS(element, resize, image, y, x)                                                              \
    const ptrdiff_t width_of_row = (ptrdiff_t)(resize)->input_width;                                                \
    const element *top = (image) + (resize)->row_lower[y] * width_of_row * (resize)->channels;                      \
    const element *bottom = (image) + (resize)->row_upper[y] * width_of_row * (resize)->channels;                   \
    const ptrdiff_t left = (ptrdiff_t)(resize)->column_lower[x] * (resize)->channels;                               \
    const ptrdiff_t right = (ptrdiff_t)(resize)->column_upper[x] * (resize)->channels

/* Weights of the upper row and column are parts of 1024; the sum, in parts of 2^20, is rounded away from zero. */
#define RUNE_RESIZE_BILINEAR_INTEGERS(name, element, accumulator)                                                      \
    RUNE_KERNEL void name(const element *input, element *output, const struct rune_resize *resize,                     \
                          const int32_t *row_weights, const int32_t *column_weights)                                   \
    {                                                                                                                  \
        const ptrdiff_t size = (ptrdiff_t)resize->input_height * resize->input_width * resize->channels;               \
        for (int32_t batch = 0; batch < resize->batches; batch++, input += size) {                                     \
            for (int32_t y = 0; y < resize->output_height; y++) {                                                      \
                for (int32_t x = 0; x < resize->output_width; x++, output += resize->channels) {                       \
                    RUNE_FOUR_PIXELS(element, resize, input, y, x);                                                    \
                    const int32_t below = row_weights[y], beside = column_weights[x];                                  \
                    for (int32_t i = 0; i < resize->channels; i++) {                                                   \
                        const int32_t above = top[left + i] * (1024 - beside) + top[right + i] * beside;               \
                        const int32_t under = bottom[left + i] * (1024 - beside) + bottom[right + i] * beside;         \
                        const accumulator sum = (accumulator)above * (1024 - below) + (accumulator)under * below;      \
                        output[i] = (element)((sum + (sum > 0 ? 524288 : -524288)) / 1048576);                         \
                    }                                                                                                  \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }

RUNE_RESIZE_BILINEAR_INTEGERS(rune_resize_bilinear_int8, int8_t, int32_t)
RUNE_RESIZE_BILINEAR_INTEGERS(rune_resize_bilinear_int16, int16_t, int64_t)

/* Sums from left to right, as the reference adds them. */
RUNE_KERNEL void rune_resize_bilinear_float32(const float *input, float *output, const struct rune_resize *resize,
                                              const float *row_weights, const float *column_weights)
{
    const ptrdiff_t size = (ptrdiff_t)resize->input_height * resize->input_width * resize->channels;
    for (int32_t batch = 0; batch < resize->batches; batch++, input += size) {
        for (int32_t y = 0; y < resize->output_height; y++) {
            for (int32_t x = 0; x < resize->output_width; x++, output += resize->channels) {
                RUNE_FOUR_PIXELS(float, resize, input, y, x);
                const float below = row_weights[y], beside = column_weights[x];
                for (int32_t i = 0; i < resize->channels; i++) {
                    float sum = RUNE_PRODUCT_F32(RUNE_PRODUCT_F32(top[left + i], 1.0f - below), 1.0f - beside);
                    sum += RUNE_PRODUCT_F32(RUNE_PRODUCT_F32(bottom[left + i], below), 1.0f - beside);
                    sum += RUNE_PRODUCT_F32(RUNE_PRODUCT_F32(top[right + i], 1.0f - below), beside);
                    output[i] = sum + RUNE_PRODUCT_F32(RUNE_PRODUCT_F32(bottom[right + i], below), beside);
                }
            }
        }
    }
}

/* Of bytes that stand for 128 more; sums from left to right, as the reference adds them. */
RUNE_KERNEL void rune_resize_bilinear_uint8(const int8_t *input, int8_t *output, const struct rune_resize *resize,
                                            const float *row_weights, const float *column_weights)
{
    const ptrdiff_t size = (ptrdiff_t)resize->input_height * resize->input_width * resize->channels;
    for (int32_t batch = 0; batch < resize->batches; batch++, input += size) {
        for (int32_t y = 0; y < resize->output_height; y++) {
            for (int32_t x = 0; x < resize->output_width; x++, output += resize->channels) {
                RUNE_FOUR_PIXELS(int8_t, resize, input, y, x);
                const float below = row_weights[y], beside = column_weights[x];
                for (int32_t i = 0; i < resize->channels; i++) {
                    const float a = (float)(top[left + i] + 128) * (1.0f - below);
                    const float b = (float)(bottom[left + i] + 128) * below;
                    const float c = (float)(top[right + i] + 128) * (1.0f - below);
                    const float d = (float)(bottom[right + i] + 128) * below;
                    float sum = RUNE_PRODUCT_F32(a, 1.0f - beside);
                    sum += RUNE_PRODUCT_F32(b, 1.0f - beside);
                    sum += RUNE_PRODUCT_F32(c, beside);
                    sum += RUNE_PRODUCT_F32(d, beside);
                    output[i] = (int8_t)((int32_t)(sum + 0.5f) - 128);
                }
            }
        }
    }
}

#endif
