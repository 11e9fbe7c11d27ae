/*
 * DEPTHWISE_CONV_2D, int8 and float32, any multiplier: the rows carry each input number once for every output that
 * reads it, and a pixel of a row is padded to 8 channels. Two taps at a time are interleaved for the dot product.
 */
#ifndef RUNE_DEPTHWISE_CONV_2D_H
#define RUNE_DEPTHWISE_CONV_2D_H

#include "requantize.h"
#include "vector.h"
#include "window.h"

#define RUNE_FEW_TAPS 25 /* up to 5 x 5 the pointers to the taps stay in registers and on the stack */

/* Weights of 8 channels: [pair of taps][channel][2], in bytes, counted from `weight_zero`. */
RUNE_INLINE void rune_depthwise_tile_int8(const int16_t *const *taps, int32_t count, int32_t start, int32_t pixel_step,
                                          const int8_t *weights, int32_t weight_zero, const int32_t *bias,
                                          int8_t *output, int32_t output_step,
                                          const struct rune_requantize *requantize, int32_t channel, int32_t channels,
                                          const int32_t pixels)
{
    rune_i32x4 sums[2][2];
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
        sums[i][0] = rune_load_i32(bias + channel);
        sums[i][1] = rune_load_i32(bias + channel + 4);
    }
#define RUNE_TAPS(tap)                                                                                      \
    {                                                                                                       \
        const int32_t next = tap + 1 < count ? tap + 1 : tap; /* the weight of a missing tap is zero */     \
        rune_i16x8 low = rune_load_widened(weights + tap * 8) - (int16_t)weight_zero;                       \
        rune_i16x8 high = rune_load_widened(weights + tap * 8 + 8) - (int16_t)weight_zero;                  \
        RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {                                                \
            rune_i16x8 a = rune_load_i16(taps[tap] + start + (ptrdiff_t)i * pixel_step);                    \
            rune_i16x8 b = rune_load_i16(taps[next] + start + (ptrdiff_t)i * pixel_step);                   \
            sums[i][0] += rune_dot(__builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11), low);           \
            sums[i][1] += rune_dot(__builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15), high);        \
        }                                                                                                   \
    }
    if (count <= RUNE_FEW_TAPS) {
        RUNE_UNROLLED for (int32_t tap = 0; tap < count; tap += 2)
            RUNE_TAPS(tap)
    } else {
        for (int32_t tap = 0; tap < count; tap += 2)
            RUNE_TAPS(tap)
    }
#undef RUNE_TAPS
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++)
        rune_store_requantized(output + (ptrdiff_t)i * output_step, sums[i], 2, requantize, channel,
                               channels - channel);
}

/* `bias` already holds what the zero point adds; `rows` is scratch of ring * row_size numbers, `many_taps` of a pointer
 * a tap where there are more than few. */
RUNE_INLINE void rune_depthwise_conv_2d_int8(const int8_t *input, int8_t *output, int16_t *rows,
                                             const int16_t **many_taps, const int8_t *weights, const int32_t *bias,
                                             const struct rune_window *window,
                                             const struct rune_requantize *requantize, int32_t input_zero_point,
                                             int32_t multiplier, int32_t weight_zero)
{
    const int32_t count = window->filter_height * window->filter_width, weights_step = (count + 1) / 2 * 16;
    const int32_t channels = window->output_channels, pixel_step = window->stride_x * window->row_channels;
    const int16_t *few_taps[RUNE_FEW_TAPS];
    const int16_t **taps = count <= RUNE_FEW_TAPS ? few_taps : many_taps;
    for (int32_t batch = 0; batch < window->batches; batch++) {
        int32_t filled = 0;
        for (int32_t y = 0; y < window->output_height; y++) {
            if (filled < y * window->stride_y)
                filled = y * window->stride_y;
            for (; filled < y * window->stride_y + window->ring; filled++) {
                if (multiplier == 1 && window->row_channels == window->input_channels)
                    rune_row_int8(rows, input, window, (int16_t)input_zero_point, filled);
                else
                    rune_row_int8_spread(rows, input, window, (int16_t)input_zero_point, multiplier, filled);
            }
            for (int32_t tap = 0; tap < count; tap++) {
                int32_t row = y * window->stride_y + tap / window->filter_width * window->dilation_y;
                taps[tap] = rows + rune_ring_offset(window, row) +
                            tap % window->filter_width * window->dilation_x * window->row_channels;
            }
            const int8_t *packed = weights;
            for (int32_t channel = 0; channel < channels; channel += 8, packed += weights_step) {
                int32_t x = 0;
                for (; x + 2 <= window->output_width; x += 2)
                    rune_depthwise_tile_int8(taps, count, x * pixel_step + channel, pixel_step, packed, weight_zero,
                                             bias, output + x * channels + channel, channels, requantize, channel,
                                             channels, 2);
                if (window->output_width & 1)
                    rune_depthwise_tile_int8(taps, count, x * pixel_step + channel, pixel_step, packed, weight_zero,
                                             bias, output + x * channels + channel, channels, requantize, channel,
                                             channels, 1);
            }
            output += window->output_width * channels;
        }
        input += window->input_height * window->input_width * window->input_channels;
    }
}

/* Weights: [tap][channel], channels padded to `row_channels`; so is `bias`. */
RUNE_INLINE void rune_depthwise_conv_2d_float32(const float *input, float *output, float *rows, const float *weights,
                                                const float *bias, const struct rune_window *window,
                                                int32_t multiplier, float minimum, float maximum)
{
    const int32_t channels = window->output_channels;
    for (int32_t batch = 0; batch < window->batches; batch++) {
        int32_t filled = 0;
        for (int32_t y = 0; y < window->output_height; y++) {
            if (filled < y * window->stride_y)
                filled = y * window->stride_y;
            for (; filled < y * window->stride_y + window->ring; filled++)
                rune_row_float32(rows, input, window, multiplier, filled);
            for (int32_t x = 0; x < window->output_width; x++, output += channels) {
                for (int32_t channel = 0; channel < channels; channel += 8) {
                    rune_f32x4 low = rune_splat_f32(0), high = rune_splat_f32(0);
                    const float *weight = weights + channel;
                    for (int32_t i = 0; i < window->filter_height; i++) {
                        const float *row =
                            rows + rune_ring_offset(window, y * window->stride_y + i * window->dilation_y) + channel;
                        for (int32_t j = 0; j < window->filter_width; j++, weight += window->row_channels) {
                            const float *from = row + (ptrdiff_t)(x * window->stride_x + j * window->dilation_x) *
                                                          window->row_channels;
                            low += rune_load_f32(from) * rune_load_f32(weight);
                            high += rune_load_f32(from + 4) * rune_load_f32(weight + 4);
                        }
                    }
                    low = rune_clamp_f32(low + rune_load_f32(bias + channel), minimum, maximum);
                    high = rune_clamp_f32(high + rune_load_f32(bias + channel + 4), minimum, maximum);
                    rune_store_some_f32(output + channel, low, high, channels - channel);
                }
            }
        }
        input += window->input_height * window->input_width * window->input_channels;
    }
}

#endif
