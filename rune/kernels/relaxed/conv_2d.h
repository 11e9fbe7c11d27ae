/*
 * CONV_2D, int8: tiles of up to 4 pixels by 8 channels, four numbers under the filter at a time.
 */
#ifndef RUNE_RELAXED_CONV_2D_H
#define RUNE_RELAXED_CONV_2D_H

#include "../simd128/conv_tiles.h"
#include "relaxed.h"

/* Weights: [segment][four numbers][channel][4]. */
RUNE_INLINE void rune_relaxed_tile(const uint8_t *const *rows, int32_t start, int32_t pixel_step,
                                   struct rune_segments segments, const int8_t *weights, int32_t weight_zero,
                                   const int32_t *bias, int8_t *output, int32_t output_step,
                                   const struct rune_requantize *requantize, int32_t channel, int32_t channels,
                                   const int32_t pixels)
{
    rune_i32x4 sums[RUNE_TILE][2], totals[RUNE_TILE];
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
        sums[i][0] = rune_load_i32(bias + channel);
        sums[i][1] = rune_load_i32(bias + channel + 4);
        totals[i] = rune_splat_i32(0);
    }
    for (int32_t row = 0; row < segments.rows; row++) {
        for (int32_t segment = 0; segment < segments.in_row; segment++) {
            const uint8_t *values = rows[row] + start + segment * segments.apart;
            for (int32_t four = 0; four < (segments.length + 3) / 4; four++, values += 4, weights += 32) {
                const rune_i8x16 low = rune_load_bytes(weights), high = rune_load_bytes(weights + 16);
                RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
                    const rune_i8x16 pixel = rune_splat_four(values + (ptrdiff_t)i * pixel_step);
                    sums[i][0] = rune_dot_bytes(sums[i][0], low, pixel);
                    sums[i][1] = rune_dot_bytes(sums[i][1], high, pixel);
                    if (weight_zero)
                        totals[i] = rune_total_bytes(totals[i], pixel);
                }
            }
        }
    }
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
        if (weight_zero) {
            sums[i][0] -= totals[i] * weight_zero;
            sums[i][1] -= totals[i] * weight_zero;
        }
        rune_store_requantized(output + (ptrdiff_t)i * output_step, sums[i], 2, requantize, channel,
                               channels - channel);
    }
}

/* All channels of `pixels` neighbouring outputs. */
RUNE_INLINE void rune_relaxed_line(const uint8_t *const *rows, int32_t pixel_step, struct rune_segments segments,
                                   const int8_t *weights, int32_t weight_zero, const int32_t *bias, int8_t *output,
                                   const struct rune_requantize *requantize, int32_t channels, int32_t pixels)
{
    const int32_t weights_step = segments.rows * segments.in_row * ((segments.length + 3) / 4) * 32;
    for (int32_t channel = 0; channel < channels; channel += 8, weights += weights_step) {
#define RUNE_TILE_OF(count)                                                                                \
    rune_relaxed_tile(rows, x * pixel_step, pixel_step, segments, weights, weight_zero, bias,              \
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

/* Fills the slot of padded row `y`; `padding` stands for zero. */
RUNE_SHARED void rune_row_bytes(uint8_t *rows, const int8_t *image, const struct rune_window *window, int32_t padding,
                                int32_t y)
{
    uint8_t *row = rows + rune_ring_offset(window, y);
    const int32_t channels = window->input_channels, size = window->row_width * channels;
    const int32_t before = window->pad_left * channels, inside = rune_row_pixels(window) * channels;
    y -= window->pad_top;
    if (y < 0 || y >= window->input_height) {
        __builtin_memset(row, padding, (size_t)size);
        return;
    }
    __builtin_memset(row, padding, (size_t)before);
    rune_count_from_least(row + before, image + y * window->input_width * channels, inside);
    if (size > before + inside)
        __builtin_memset(row + before + inside, padding, (size_t)(size - before - inside));
}

/* `bias` holds what the numbers are counted from; `rows` is scratch of ring * row_size bytes. */
RUNE_INLINE void rune_relaxed_conv_2d_int8(const int8_t *input, int8_t *output, uint8_t *rows, const int8_t *weights,
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
                rune_row_bytes(rows, input, window, input_zero_point + 128, filled);
            const uint8_t *under[RUNE_FILTER_ROWS];
            for (int32_t i = 0; i < window->filter_height; i++)
                under[i] = rows + rune_ring_offset(window, y * window->stride_y + i * window->dilation_y);
            rune_relaxed_line(under, window->stride_x * window->input_channels, segments, weights, weight_zero, bias,
                              output, requantize, window->output_channels, window->output_width);
            output += window->output_width * window->output_channels;
        }
        input += window->input_height * window->input_width * window->input_channels;
    }
}

/* A filter of one pixel: `pixels` pixels, `block` at a time through scratch of block * inputs + 16 bytes. */
RUNE_INLINE void rune_relaxed_pointwise_int8(const int8_t *input, int8_t *output, uint8_t *counted,
                                             const int8_t *weights, const int32_t *bias,
                                             const struct rune_requantize *requantize, int32_t pixels, int32_t inputs,
                                             int32_t outputs, int32_t block, int32_t weight_zero)
{
    const struct rune_segments segments = {1, 1, 0, inputs};
    const uint8_t *const rows[1] = {counted};
    int32_t done = 0;
    for (; done + block <= pixels; done += block) {
        rune_count_from_least(counted, input + done * inputs, block * inputs);
        rune_relaxed_line(rows, inputs, segments, weights, weight_zero, bias, output + done * outputs, requantize,
                          outputs, block);
    }
    if (pixels % block) {
        rune_count_from_least(counted, input + done * inputs, pixels % block * inputs);
        rune_relaxed_line(rows, inputs, segments, weights, weight_zero, bias, output + done * outputs, requantize,
                          outputs, pixels % block);
    }
}

#endif
