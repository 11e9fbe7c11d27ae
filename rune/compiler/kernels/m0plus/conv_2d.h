/*
 * CONV_2D of int8: what lies under the filter for four pixels is widened once, and meets one channel's weights at a time;
 * the pixels that are left at the end of a row meet four channels'. Weights are as in the model, channels filled up to fours.
 * `numbers` is room for four pixels where a row has as many, and behind it for the bytes of one.
 */
#ifndef RUNE_M0PLUS_CONV_2D_H
#define RUNE_M0PLUS_CONV_2D_H

#include "four_sums.h"
#include "patches.h"
#include "requantize.h"

/* A byte of each pixel, four apart. */
RUNE_INLINE void rune_widen(int32_t *numbers, const int8_t *bytes, int32_t count)
{
    for (const int8_t *end = bytes + count; bytes != end; bytes++, numbers += RUNE_SUMS)
        *numbers = *bytes;
}

RUNE_INLINE void rune_conv_2d_by_fours(const int8_t *input, int8_t *output, int32_t *numbers, const int8_t *weights,
                                       const int32_t *bias, const struct rune_filter *filter,
                                       const struct rune_requantize_twice *to, int32_t zero_point, const int is_whole)
{
    const int32_t channels = filter->output_channels, depth = filter->input_channels;
    const int32_t count = filter->filter_height * filter->filter_width * depth;
    int8_t *bytes = (int8_t *)(filter->output_width < RUNE_SUMS ? numbers : numbers + RUNE_SUMS * count);
    int32_t sums[RUNE_SUMS];
    for (int32_t batch = 0; batch < filter->batches; batch++, input += filter->input_height * filter->input_width * depth) {
        for (int32_t y = 0; y < filter->output_height; y++) {
            int32_t x = 0;
            for (; x + RUNE_SUMS <= filter->output_width; x += RUNE_SUMS, output += RUNE_SUMS * channels) {
                for (int32_t i = 0; i < RUNE_SUMS; i++)
                    rune_widen(numbers + i, rune_bytes_under(bytes, input, y, x + i, filter, zero_point), count);
                for (int32_t channel = 0; channel < channels; channel++) {
                    sums[0] = sums[1] = sums[2] = sums[3] = bias[channel];
                    rune_four_pixels(numbers, weights + channel * count, count, sums);
                    rune_store_row(output + channel, sums, RUNE_SUMS, channels, to, channel, is_whole);
                }
            }
            for (; x < filter->output_width; x++, output += channels) {
                const int8_t *pixel = rune_bytes_under(bytes, input, y, x, filter, zero_point);
                for (int32_t channel = 0; channel < channels; channel += RUNE_SUMS) {
                    for (int32_t i = 0; i < RUNE_SUMS; i++)
                        sums[i] = bias[channel + i];
                    rune_four_channels(pixel, weights + channel * count, count, sums);
                    for (int32_t i = channel; i < channel + RUNE_SUMS && i < channels; i++)
                        rune_store_row(output + i, sums + i - channel, 1, 0, to, i, is_whole);
                }
            }
        }
    }
}

#define RUNE_CONV_2D_BY_FOURS(name, is_whole)                                                                \
    RUNE_KERNEL void name(const int8_t *input, int8_t *output, int32_t *numbers, const int8_t *weights,      \
                          const int32_t *bias, const struct rune_filter *filter,                             \
                          const struct rune_requantize_twice *to, int32_t zero_point)                        \
    {                                                                                                        \
        rune_conv_2d_by_fours(input, output, numbers, weights, bias, filter, to, zero_point, is_whole);      \
    }

RUNE_CONV_2D_BY_FOURS(rune_conv_2d_int8_by_fours, 1)
RUNE_CONV_2D_BY_FOURS(rune_conv_2d_int8_by_fours_bounded, 0)

#endif
