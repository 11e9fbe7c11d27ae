/*
 * CONV_2D and FULLY_CONNECTED of float32 with weights of int8: an image is quantized to bytes, which are convolved as those
 * of conv_2d.h; their sums become floats again.
 */
#ifndef RUNE_HYBRID_H
#define RUNE_HYBRID_H

#include "conv_tiles.h"
#include "image_scale.h"
#include "vector.h"
#include "window.h"

/* To nearest, halves away from zero. NaN counts as 0. */
RUNE_INLINE rune_i32x4 rune_nearest_i32(rune_f32x4 value)
{
    value = rune_clamp_f32(value, -1024.0f, 1024.0f);
    const rune_i32x4 whole = rune_truncated(value);
    const rune_f32x4 rest = value - __builtin_convertvector(whole, rune_f32x4);
    return whole - (rune_i32x4)(rest >= 0.5f) + (rune_i32x4)(rest <= -0.5f);
}

RUNE_INLINE struct rune_image_scale rune_image_to_bytes(const float *image, int8_t *bytes, int32_t count,
                                                        int32_t is_symmetric)
{
    rune_f32x4 least = rune_splat_f32(0), greatest = rune_splat_f32(0);
    for (int32_t i = 0; i < count; i += 4) {
        const rune_f32x4 numbers = rune_load_some_f32(image + i, count - i);
        least = rune_lesser(least, numbers);
        greatest = rune_greater(greatest, numbers);
    }
    for (int32_t i = 1; i < 4; i++) {
        least[0] = least[i] < least[0] ? least[i] : least[0];
        greatest[0] = greatest[i] > greatest[0] ? greatest[i] : greatest[0];
    }
    const struct rune_image_scale found = rune_image_scale_of((double)least[0], (double)greatest[0], is_symmetric);
    const rune_i32x4 zero_point = rune_splat_i32(found.zero_point);
    const rune_i32x4 lowest = rune_splat_i32(is_symmetric ? -127 : INT8_MIN);
    for (int32_t i = 0; i < count; i += 4) {
        rune_i32x4 whole = zero_point + rune_nearest_i32(rune_load_some_f32(image + i, count - i) * found.factor);
        whole = __builtin_elementwise_max(whole, lowest);
        const rune_i8x16 narrow = rune_narrow(whole, whole, whole, whole);
        __builtin_memcpy(bytes + i, &narrow, (size_t)(count - i < 4 ? count - i : 4));
    }
    return found;
}

/* The parameters of one operator's channels, padded to 8. */
struct rune_hybrid_channels {
    const int32_t *weight_sums;
    const float *scale;
    const float *bias;
};

/* `pixels` outputs of the 8 channels from `channel`, of which `channels` are stored. */
RUNE_INLINE void rune_hybrid_tile(const int16_t *const *rows, int32_t start, int32_t pixel_step,
                                  struct rune_segments segments, const int8_t *weights,
                                  const struct rune_hybrid_channels *of, struct rune_image_scale image, int32_t joins_scales,
                                  float minimum, float maximum, float *output, int32_t output_step, int32_t channel, int32_t channels,
                                  const int32_t pixels)
{
    rune_i32x4 sums[RUNE_TILE][2];
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
        sums[i][0] = -image.zero_point * rune_load_i32(of->weight_sums + channel);
        sums[i][1] = -image.zero_point * rune_load_i32(of->weight_sums + channel + 4);
    }
    rune_conv_sums_int8(sums, rows, start, pixel_step, segments, weights, 0, pixels);
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
        rune_f32x4 halves[2];
        RUNE_UNROLLED for (int32_t half = 0; half < 2; half++) {
            const int32_t at = channel + 4 * half;
            const rune_f32x4 scale = rune_load_f32(of->scale + at);
            const rune_f32x4 numbers = __builtin_convertvector(sums[i][half], rune_f32x4);
            const rune_f32x4 scaled = joins_scales ? numbers * (image.scale * scale) : numbers * scale * image.scale;
            halves[half] = rune_clamp_f32(scaled + rune_load_f32(of->bias + at), minimum, maximum);
        }
        rune_store_some_f32(output + (ptrdiff_t)i * output_step, halves[0], halves[1], channels);
    }
}

/* `bytes` is scratch of one image, `rows` of ring * row_size numbers. Weights are packed as those of conv_2d.h. Floats
 * round after each step, so it matters whether the reference's kernel `joins_scales` before it multiplies by them. */
RUNE_INLINE void rune_hybrid_conv_2d(const float *input, float *output, int8_t *bytes, int16_t *rows,
                                     const int8_t *weights, const struct rune_hybrid_channels *of,
                                     const struct rune_window *window, int32_t is_symmetric, int32_t joins_scales,
                                     float minimum, float maximum)
{
    const struct rune_segments segments = rune_conv_segments(window);
    const int32_t weights_step = segments.rows * segments.in_row * ((segments.length + 1) / 2) * 16;
    const int32_t channels = window->output_channels, pixel_step = window->stride_x * window->input_channels;
    const int32_t image_size = window->input_height * window->input_width * window->input_channels;
    for (int32_t batch = 0; batch < window->batches; batch++, input += image_size) {
        const struct rune_image_scale image = rune_image_to_bytes(input, bytes, image_size, is_symmetric);
        int32_t filled = 0;
        for (int32_t y = 0; y < window->output_height; y++, output += window->output_width * channels) {
            if (filled < y * window->stride_y)
                filled = y * window->stride_y;
            for (; filled < y * window->stride_y + window->ring; filled++)
                rune_row_int8(rows, bytes, window, (int16_t)image.zero_point, filled);
            const int16_t *under[RUNE_FILTER_ROWS];
            for (int32_t i = 0; i < window->filter_height; i++)
                under[i] = rows + rune_ring_offset(window, y * window->stride_y + i * window->dilation_y);
            const int8_t *packed = weights;
            for (int32_t channel = 0; channel < channels; channel += 8, packed += weights_step) {
                int32_t x = 0;
                for (; x + RUNE_TILE <= window->output_width; x += RUNE_TILE)
                    rune_hybrid_tile(under, x * pixel_step, pixel_step, segments, packed, of, image, joins_scales,
                                     minimum, maximum, output + x * channels + channel, channels, channel,
                                     channels - channel, RUNE_TILE);
                RUNE_ROLLED for (; x < window->output_width; x++)
                    rune_hybrid_tile(under, x * pixel_step, pixel_step, segments, packed, of, image, joins_scales,
                                     minimum, maximum, output + x * channels + channel, channels, channel,
                                     channels - channel, 1);
            }
        }
    }
}

#endif
