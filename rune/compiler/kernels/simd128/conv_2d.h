/*
 * CONV_2D, int8 and float32. Weights come packed for tiles of up to 4 pixels by 8 channels: more would not stay in
 * registers. A depthwise convolution of one input channel is the same sum and comes here too.
 */
#ifndef RUNE_CONV_2D_H
#define RUNE_CONV_2D_H

#include "conv_tiles.h"
#include "requantize.h"
#include "vector.h"
#include "window.h"

#define RUNE_CONV(name) rune_##name##_int8
#define RUNE_NUMBER int16_t
#define RUNE_TOGETHER 2
#define RUNE_TILES(pixels, segments, weight_zero) rune_tiles_of(pixels, RUNE_TILE)
#define RUNE_TILE_SUMS(sums, rows, line, first, segments, weights, weight_zero, pixels) \
    rune_conv_sums_int8(sums, rows, (first) * (line).pixel_step, (line).pixel_step, segments, weights, weight_zero, pixels)
#define RUNE_COPY rune_widen
#define RUNE_FILL_ROW(rows, image, window, zero_point, y) rune_row_int8(rows, image, window, (int16_t)(zero_point), y)
#include "conv_2d_tiled.h"

/* Weights of 8 channels: [segment][number][channel]; `bias` is padded to 8 too. */
RUNE_INLINE void rune_conv_tile_float32(const float *const *rows, int32_t start, int32_t pixel_step,
                                        struct rune_segments segments, const float *weights, const float *bias,
                                        float *output, int32_t output_step, float minimum, float maximum,
                                        int32_t channels, const int32_t pixels)
{
    rune_f32x4 sums[RUNE_TILE][2];
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
        sums[i][0] = rune_splat_f32(0);
        sums[i][1] = rune_splat_f32(0);
    }
    for (int32_t row = 0; row < segments.rows; row++) {
        for (int32_t segment = 0; segment < segments.in_row; segment++) {
            const float *values = rows[row] + start + segment * segments.apart;
            for (int32_t k = 0; k < segments.length; k++, values++, weights += 8) {
                rune_f32x4 low = rune_load_f32(weights), high = rune_load_f32(weights + 4);
                RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
                    rune_f32x4 pixel = rune_splat_f32(values[(ptrdiff_t)i * pixel_step]);
                    sums[i][0] += pixel * low;
                    sums[i][1] += pixel * high;
                }
            }
        }
    }
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
        rune_f32x4 low = rune_clamp_f32(sums[i][0] + rune_load_f32(bias), minimum, maximum);
        rune_f32x4 high = rune_clamp_f32(sums[i][1] + rune_load_f32(bias + 4), minimum, maximum);
        rune_store_some_f32(output + (ptrdiff_t)i * output_step, low, high, channels);
    }
}

/* `rows` is scratch of ring * row_size floats. */
RUNE_INLINE void rune_conv_2d_float32(const float *input, float *output, float *rows, const float *weights,
                                      const float *bias, const struct rune_window *window, float minimum, float maximum)
{
    const struct rune_segments segments = rune_conv_segments(window);
    const int32_t weights_step = segments.rows * segments.in_row * segments.length * 8;
    const int32_t channels = window->output_channels, pixel_step = window->stride_x * window->input_channels;
    for (int32_t batch = 0; batch < window->batches; batch++) {
        int32_t filled = 0;
        for (int32_t y = 0; y < window->output_height; y++) {
            if (filled < y * window->stride_y)
                filled = y * window->stride_y;
            for (; filled < y * window->stride_y + window->ring; filled++)
                rune_row_float32(rows, input, window, 1, filled);
            const float *under[RUNE_FILTER_ROWS];
            for (int32_t i = 0; i < window->filter_height; i++)
                under[i] = rows + rune_ring_offset(window, y * window->stride_y + i * window->dilation_y);
            const float *packed = weights;
            for (int32_t channel = 0; channel < channels; channel += 8, packed += weights_step) {
                int32_t x = 0;
                for (; x + RUNE_TILE <= window->output_width; x += RUNE_TILE)
                    rune_conv_tile_float32(under, x * pixel_step, pixel_step, segments, packed, bias + channel,
                                           output + x * channels + channel, channels, minimum, maximum,
                                           channels - channel, RUNE_TILE);
                for (; x < window->output_width; x++)
                    rune_conv_tile_float32(under, x * pixel_step, pixel_step, segments, packed, bias + channel,
                                           output + x * channels + channel, channels, minimum, maximum,
                                           channels - channel, 1);
            }
            output += window->output_width * channels;
        }
        input += window->input_height * window->input_width * window->input_channels;
    }
}

#endif
