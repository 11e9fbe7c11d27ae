/*
 * DEPTHWISE_CONV_2D, int8, one output channel for each input channel: bytes that lie below each other are brought
 * together, four rows at a time, so that one instruction adds four taps of four channels.
 */
#ifndef RUNE_RELAXED_DEPTHWISE_CONV_2D_H
#define RUNE_RELAXED_DEPTHWISE_CONV_2D_H

#include "relaxed.h"

#define RUNE_TILE_PIXELS 4
#define RUNE_TALLEST 128 /* the tallest filter; the build refuses a taller one */

RUNE_INLINE rune_i8x16 rune_load_eight(const int8_t *from)
{
    rune_i8x8 bytes;
    __builtin_memcpy(&bytes, from, sizeof bytes);
    return __builtin_shufflevector(bytes, bytes, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
}

/* Where the rows of an image lie; one above or below it is `padding` with a step of none. */
struct rune_stack {
    const int8_t *row[RUNE_TALLEST];
    int32_t step[RUNE_TALLEST];
};

/* Eight channels from `channel` of each pixel of a padded row: [pixel][group of four rows][channel][4]. */
RUNE_INLINE void rune_stack_columns(uint8_t *to, const struct rune_stack *stack, const struct rune_window *window,
                                    int32_t groups, int32_t channel, int32_t padding)
{
    const int32_t inside = rune_row_pixels(window), end = window->pad_left + inside;
    __builtin_memset(to, padding, (size_t)(window->pad_left * groups * 32));
    if (window->row_width > end)
        __builtin_memset(to + end * groups * 32, padding, (size_t)((window->row_width - end) * groups * 32));
    for (int32_t group = 0; group < groups; group++) {
        const int8_t *const *row = stack->row + 4 * group;
        const int32_t *step = stack->step + 4 * group;
        const int8_t *a = row[0] + channel, *b = row[1] + channel, *c = row[2] + channel, *d = row[3] + channel;
        uint8_t *column = to + (window->pad_left * groups + group) * 32;
        RUNE_ROLLED for (int32_t x = 0; x < inside; x++, column += groups * 32) {
            const rune_i8x16 first = rune_load_eight(a), second = rune_load_eight(b);
            const rune_i8x16 third = rune_load_eight(c), fourth = rune_load_eight(d);
            const rune_i16x8 upper = (rune_i16x8)__builtin_shufflevector(first, second, 0, 16, 1, 17, 2, 18, 3, 19, 4,
                                                                         20, 5, 21, 6, 22, 7, 23);
            const rune_i16x8 lower = (rune_i16x8)__builtin_shufflevector(third, fourth, 0, 16, 1, 17, 2, 18, 3, 19, 4,
                                                                         20, 5, 21, 6, 22, 7, 23);
            const rune_i8x16 left =
                rune_unsigned_bytes((rune_i8x16)__builtin_shufflevector(upper, lower, 0, 8, 1, 9, 2, 10, 3, 11));
            const rune_i8x16 right =
                rune_unsigned_bytes((rune_i8x16)__builtin_shufflevector(upper, lower, 4, 12, 5, 13, 6, 14, 7, 15));
            __builtin_memcpy(column, &left, sizeof left);
            __builtin_memcpy(column + 16, &right, sizeof right);
            a += step[0], b += step[1], c += step[2], d += step[3];
        }
    }
}

/* Weights of 8 channels: [filter column][group of four rows][channel][4]. */
RUNE_INLINE void rune_stacked_tile(const uint8_t *columns, int32_t pixel_step, int32_t column_step, int32_t width,
                                   int32_t groups, const int8_t *weights, int32_t weight_zero, const int32_t *bias,
                                   int8_t *output, int32_t output_step, const struct rune_requantize *requantize,
                                   int32_t channel, int32_t channels, const int32_t pixels)
{
    rune_i32x4 sums[RUNE_TILE_PIXELS][2], totals[RUNE_TILE_PIXELS][2];
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
        sums[i][0] = rune_load_i32(bias + channel);
        sums[i][1] = rune_load_i32(bias + channel + 4);
        totals[i][0] = totals[i][1] = rune_splat_i32(0);
    }
    for (int32_t x = 0; x < width; x++) {
        for (int32_t group = 0; group < groups; group++, weights += 32) {
            const uint8_t *at = columns + x * column_step + group * 32;
            const rune_i8x16 low = rune_load_bytes(weights), high = rune_load_bytes(weights + 16);
            RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
                const rune_i8x16 left = rune_load_bytes(at + i * pixel_step);
                const rune_i8x16 right = rune_load_bytes(at + i * pixel_step + 16);
                sums[i][0] = rune_dot_bytes(sums[i][0], low, left);
                sums[i][1] = rune_dot_bytes(sums[i][1], high, right);
                if (weight_zero) {
                    totals[i][0] = rune_total_bytes(totals[i][0], left);
                    totals[i][1] = rune_total_bytes(totals[i][1], right);
                }
            }
        }
    }
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
        if (weight_zero) {
            sums[i][0] -= totals[i][0] * weight_zero;
            sums[i][1] -= totals[i][1] * weight_zero;
        }
        rune_store_requantized(output + (ptrdiff_t)i * output_step, sums[i], 2, requantize, channel,
                               channels - channel);
    }
}

/*
 * `bias` holds what the numbers are counted from. `columns` is scratch of row_width * groups * 32 bytes, `blank` of
 * row_channels. A filter whose height is no multiple of four meets its last row again, with weights that count nothing.
 */
RUNE_INLINE void rune_relaxed_depthwise_conv_2d_int8(const int8_t *input, int8_t *output, uint8_t *columns,
                                                     int8_t *blank, const int8_t *weights, const int32_t *bias,
                                                     const struct rune_window *window,
                                                     const struct rune_requantize *requantize,
                                                     int32_t input_zero_point, int32_t weight_zero)
{
    const int32_t groups = (window->filter_height + 3) / 4, channels = window->output_channels;
    const int32_t weights_step = window->filter_width * groups * 32;
    const int32_t pixel_step = window->stride_x * groups * 32, column_step = window->dilation_x * groups * 32;
    const int32_t row_step = window->input_width * channels;
    __builtin_memset(blank, input_zero_point, (size_t)window->row_channels);
    for (int32_t batch = 0; batch < window->batches; batch++, input += window->input_height * row_step) {
        for (int32_t y = 0; y < window->output_height; y++, output += window->output_width * channels) {
            struct rune_stack stack;
            for (int32_t i = 0; i < 4 * groups; i++) {
                const int32_t tap = i < window->filter_height ? i : window->filter_height - 1;
                const int32_t row = y * window->stride_y + tap * window->dilation_y - window->pad_top;
                const int32_t is_blank = row < 0 || row >= window->input_height;
                stack.row[i] = is_blank ? blank : input + row * row_step;
                stack.step[i] = is_blank ? 0 : channels;
            }
            const int8_t *packed = weights;
            for (int32_t channel = 0; channel < channels; channel += 8, packed += weights_step) {
                rune_stack_columns(columns, &stack, window, groups, channel, input_zero_point + 128);
#define RUNE_TILE_OF(count)                                                                                       \
    rune_stacked_tile(columns + x * pixel_step, pixel_step, column_step, window->filter_width, groups, packed,    \
                      weight_zero, bias, output + x * channels + channel, channels, requantize, channel, channels, \
                      count)
                int32_t x = 0;
                for (; x + RUNE_TILE_PIXELS <= window->output_width; x += RUNE_TILE_PIXELS)
                    RUNE_TILE_OF(RUNE_TILE_PIXELS);
                switch (window->output_width - x) {
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
    }
}

#endif
