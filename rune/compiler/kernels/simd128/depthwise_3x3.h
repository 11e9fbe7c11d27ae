/*
 * DEPTHWISE_CONV_2D, int8, with a filter of 3 x 3 that moves by one or two: one kernel for all layers. A row of the ring
 * has eight channels of all its pixels together, so that the distance of two pixels is the same in every layer.
 */
#ifndef RUNE_DEPTHWISE_3X3_H
#define RUNE_DEPTHWISE_3X3_H

#include "depthwise_conv_2d.h"
#include "requantize.h"
#include "vector.h"
#include "window.h"

/* Fills the slot of padded row `y`: [eight channels][pixel][8]. */
RUNE_SHARED void rune_row_by_eights(int16_t *rows, const int8_t *image, const struct rune_window *window,
                                    int32_t zero_point, int32_t y)
{
    const int32_t channels = window->input_channels, width = window->row_width, left = window->pad_left;
    const int32_t inside = rune_row_pixels(window), from = y - window->pad_top;
    const int32_t after = width - left - inside;
    int16_t *row = rows + rune_ring_offset(window, y);
    if (from < 0 || from >= window->input_height) {
        rune_fill_i16(row, width * window->row_channels, (int16_t)zero_point);
        return;
    }
    image += from * window->input_width * channels;
    RUNE_ROLLED for (int32_t channel = 0; channel < channels; channel += 8) {
        const int8_t *pixel = image + channel;
        int32_t x = 0;
        rune_fill_i16(row, left * 8, (int16_t)zero_point);
        row += left * 8;
        RUNE_ROLLED for (; x + 4 <= inside; x += 4, pixel += 4 * channels, row += 32)
            RUNE_UNROLLED for (int32_t i = 0; i < 4; i++)
                rune_store_i16(row + 8 * i, rune_load_widened(pixel + i * channels));
        RUNE_ROLLED for (; x < inside; x++, pixel += channels, row += 8)
            rune_store_i16(row, rune_load_widened(pixel));
        if (after > 0)
            rune_fill_i16(row, after * 8, (int16_t)zero_point);
        row += after * 8;
    }
}

/* Two neighbouring outputs in eight channels; `under` are the rows under the filter, at its left. */
RUNE_INLINE void rune_three_by_three(const int16_t *const *under, int32_t start, const int8_t *weights,
                                     const int32_t *bias, int8_t *output, const struct rune_requantize_shared *to,
                                     int32_t channel, int32_t channels, const int32_t stride, int32_t weight_zero)
{
    rune_i32x4 sums[2][2];
    RUNE_UNROLLED for (int32_t i = 0; i < 2; i++) {
        sums[i][0] = rune_load_i32(bias + channel);
        sums[i][1] = rune_load_i32(bias + channel + 4);
    }
    RUNE_UNROLLED for (int32_t tap = 0; tap < 9; tap += 2) {
        const int32_t next = tap + 1 < 9 ? tap + 1 : tap; /* the weight of a missing tap is zero */
        const rune_i16x8 low = rune_load_widened(weights + tap * 8) - (int16_t)weight_zero;
        const rune_i16x8 high = rune_load_widened(weights + tap * 8 + 8) - (int16_t)weight_zero;
        RUNE_UNROLLED for (int32_t i = 0; i < 2; i++) {
            const rune_i16x8 a = rune_load_i16(under[tap / 3] + start + (tap % 3 + i * stride) * 8);
            const rune_i16x8 b = rune_load_i16(under[next / 3] + start + (next % 3 + i * stride) * 8);
            sums[i][0] += rune_dot(__builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11), low);
            sums[i][1] += rune_dot(__builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15), high);
        }
    }
    RUNE_UNROLLED for (int32_t i = 0; i < 2; i++)
        rune_store_shared(output + (ptrdiff_t)i * channels, sums[i], to, channel, channels - channel);
}

/* Weights are counted from `from_zero`, which is 0 or the parameter `weight_zero`. */
#define RUNE_DEPTHWISE_3X3(name, stride, from_zero)                                                                    \
    RUNE_SHARED void name(const int8_t *input, int8_t *output, int16_t *rows, const int8_t *weights,                   \
                          const int32_t *bias, const struct rune_window *window,                                       \
                          const struct rune_requantize_shared *given, int32_t zero_point, int32_t weight_zero)         \
    {                                                                                                                  \
        const struct rune_requantize_shared to = *given; /* what is stored cannot change it here */                    \
        const int32_t channels = window->output_channels, width = window->output_width, block = window->row_width * 8; \
        const int32_t height = window->output_height, down = window->stride_y;                                         \
        (void)weight_zero;                                                                                             \
        RUNE_ROLLED for (int32_t batch = 0; batch < window->batches; batch++) {                                        \
            int32_t filled = 0;                                                                                        \
            RUNE_ROLLED for (int32_t y = 0; y < height; y++, output += width * channels) {                             \
                if (filled < y * down)                                                                                 \
                    filled = y * down;                                                                                 \
                RUNE_ROLLED for (; filled < y * down + window->ring; filled++)                                         \
                    rune_row_by_eights(rows, input, window, zero_point, filled);                                       \
                const int16_t *const under[3] = {                                                                      \
                    rows + rune_ring_offset(window, y * down),                                                         \
                    rows + rune_ring_offset(window, y * down + window->dilation_y),                                    \
                    rows + rune_ring_offset(window, y * down + 2 * window->dilation_y),                                \
                };                                                                                                     \
                const int8_t *packed = weights;                                                                        \
                RUNE_ROLLED for (int32_t channel = 0; channel < channels; channel += 8, packed += 80) {                \
                    int32_t start = channel / 8 * block;                                                               \
                    int8_t *at = output + channel;                                                                     \
                    RUNE_ROLLED for (int32_t x = 0; x < width; x += 2, start += 16 * stride, at += 2 * channels) {     \
                        if (x + 1 == width) { /* the last pair has one of the pair before */                           \
                            start -= 8 * stride;                                                                       \
                            at -= channels;                                                                            \
                        }                                                                                              \
                        rune_three_by_three(under, start, packed, bias, at, &to, channel, channels, stride, from_zero);\
                    }                                                                                                  \
                }                                                                                                      \
            }                                                                                                          \
            input += window->input_height * window->input_width * window->input_channels;                              \
        }                                                                                                              \
    }

RUNE_DEPTHWISE_3X3(rune_depthwise_by_one, 1, 0)
RUNE_DEPTHWISE_3X3(rune_depthwise_by_two, 2, 0)
RUNE_DEPTHWISE_3X3(rune_depthwise_by_one_counted, 1, weight_zero)
RUNE_DEPTHWISE_3X3(rune_depthwise_by_two_counted, 2, weight_zero)

/* `rows` is scratch of ring * row_size numbers; `bias` holds what the zero point adds. Weights are counted from
 * `weight_zero`, which fills them up. */
RUNE_INLINE void rune_depthwise_3x3_int8(const int8_t *input, int8_t *output, int16_t *rows, const int8_t *weights,
                                         const int32_t *bias, const struct rune_window *window,
                                         const struct rune_requantize_shared *requantize, int32_t input_zero_point,
                                         int32_t weight_zero)
{
#define RUNE_DEPTHWISE(name) name(input, output, rows, weights, bias, window, requantize, input_zero_point, weight_zero)
    if (window->stride_x == 1 && weight_zero)
        RUNE_DEPTHWISE(rune_depthwise_by_one_counted);
    else if (window->stride_x == 1)
        RUNE_DEPTHWISE(rune_depthwise_by_one);
    else if (weight_zero)
        RUNE_DEPTHWISE(rune_depthwise_by_two_counted);
    else
        RUNE_DEPTHWISE(rune_depthwise_by_two);
#undef RUNE_DEPTHWISE
}

#endif
