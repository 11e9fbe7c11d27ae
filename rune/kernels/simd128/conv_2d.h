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

RUNE_INLINE void rune_conv_tile_int8(const int16_t *const *rows, int32_t start, int32_t pixel_step,
                                     struct rune_segments segments, const int8_t *weights, int32_t weight_zero,
                                     const int32_t *bias, int8_t *output, int32_t output_step,
                                     const struct rune_requantize *requantize, int32_t channel, int32_t channels,
                                     const int32_t pixels)
{
    rune_i32x4 sums[RUNE_TILE][2];
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
        sums[i][0] = rune_load_i32(bias + channel);
        sums[i][1] = rune_load_i32(bias + channel + 4);
    }
    rune_conv_sums_int8(sums, rows, start, pixel_step, segments, weights, weight_zero, pixels);
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++)
        rune_store_requantized(output + (ptrdiff_t)i * output_step, sums[i], 2, requantize, channel,
                               channels - channel);
}

/* All channels of `pixels` neighbouring outputs. */
RUNE_INLINE void rune_conv_line_int8(const int16_t *const *rows, int32_t pixel_step, struct rune_segments segments,
                                     const int8_t *weights, int32_t weight_zero, const int32_t *bias, int8_t *output,
                                     const struct rune_requantize *requantize, int32_t channels, int32_t pixels)
{
    const int32_t weights_step = segments.rows * segments.in_row * ((segments.length + 1) / 2) * 16;
    for (int32_t channel = 0; channel < channels; channel += 8, weights += weights_step) {
#define RUNE_TILE_OF(count)                                                                                \
    rune_conv_tile_int8(rows, x * pixel_step, pixel_step, segments, weights, weight_zero, bias,            \
                        output + x * channels + channel, channels, requantize, channel, channels, count)
        int32_t x = 0;
        for (; x + RUNE_TILE <= pixels; x += RUNE_TILE)
            RUNE_TILE_OF(RUNE_TILE);
        switch (pixels - x) {
        case 3:
            RUNE_TILE_OF(3);
            break;
        case 2:
            RUNE_TILE_OF(2);
            break;
        case 1:
            RUNE_TILE_OF(1);
            break;
        }
#undef RUNE_TILE_OF
    }
}

/* `bias` already holds what the input's zero point adds; `rows` is scratch of ring * row_size numbers. */
RUNE_INLINE void rune_conv_2d_int8(const int8_t *input, int8_t *output, int16_t *rows, const int8_t *weights,
                                   const int32_t *bias, const struct rune_window *window,
                                   const struct rune_requantize *requantize, int32_t input_zero_point,
                                   int32_t weight_zero)
{
    const struct rune_segments segments = rune_conv_segments(window);
    for (int32_t batch = 0; batch < window->batches; batch++) {
        int32_t filled = 0;
        for (int32_t y = 0; y < window->output_height; y++) {
            if (filled < y * window->stride_y)
                filled = y * window->stride_y;
            for (; filled < y * window->stride_y + window->ring; filled++)
                rune_row_int8(rows, input, window, (int16_t)input_zero_point, filled);
            const int16_t *under[RUNE_FILTER_ROWS];
            for (int32_t i = 0; i < window->filter_height; i++)
                under[i] = rows + rune_ring_offset(window, y * window->stride_y + i * window->dilation_y);
            rune_conv_line_int8(under, window->stride_x * window->input_channels, segments, weights, weight_zero, bias,
                                output, requantize, window->output_channels, window->output_width);
            output += window->output_width * window->output_channels;
        }
        input += window->input_height * window->input_width * window->input_channels;
    }
}

/* A filter of one pixel: `pixels` pixels, widened `block` at a time into scratch of block * inputs + 8 numbers. */
RUNE_INLINE void rune_pointwise_int8(const int8_t *input, int8_t *output, int16_t *widened, const int8_t *weights,
                                     const int32_t *bias, const struct rune_requantize *requantize, int32_t pixels,
                                     int32_t inputs, int32_t outputs, int32_t block, int32_t weight_zero)
{
    const struct rune_segments segments = {1, 1, 0, inputs};
    const int16_t *const rows[1] = {widened};
    int32_t done = 0;
    for (; done + block <= pixels; done += block) {
        rune_widen(widened, input + done * inputs, block * inputs);
        rune_conv_line_int8(rows, inputs, segments, weights, weight_zero, bias, output + done * outputs, requantize,
                            outputs, block);
    }
    if (pixels % block) {
        rune_widen(widened, input + done * inputs, pixels % block * inputs);
        rune_conv_line_int8(rows, inputs, segments, weights, weight_zero, bias, output + done * outputs, requantize,
                            outputs, pixels % block);
    }
}

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
