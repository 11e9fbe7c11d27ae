/* DEPTHWISE_CONV_2D of int8: the rows under the taps are copied with their padding, so that no tap asks where it is. */
#ifndef RUNE_M0PLUS_DEPTHWISE_CONV_2D_H
#define RUNE_M0PLUS_DEPTHWISE_CONV_2D_H

#include "padded_rows.h"
#include "requantize.h"

/* `taps` are [row][column][channel]; `rows` is room for `width` pixels of each row under them. */
RUNE_INLINE void rune_depthwise_of_padded(const int8_t *input, int8_t *output, int8_t *rows, const int8_t *taps,
                                          const int32_t *bias, const struct rune_filter *filter,
                                          const struct rune_requantize_twice *to, int32_t width, int32_t zero_point,
                                          const int is_whole)
{
    const int32_t channels = filter->output_channels, next_tap = filter->dilation_x * channels;
    const int32_t next_row = width * channels - filter->filter_width * next_tap;
    for (int32_t batch = 0; batch < filter->batches; batch++) {
        for (int32_t y = 0; y < filter->output_height; y++, output += filter->output_width * channels) {
            rune_padded_rows(rows, input, y, width, filter, zero_point);
            for (int32_t channel = 0; channel < channels; channel++) {
                const struct rune_channel_rounding by = rune_rounding_of(to, channel);
                const int8_t *first = rows + channel;
                int8_t *byte = output + channel;
                for (int32_t x = 0; x < filter->output_width; x++, byte += channels, first += filter->stride_x * channels) {
                    const int8_t *number = first, *tap = taps + channel;
                    uint32_t sum = (uint32_t)bias[channel];
                    for (int32_t i = filter->filter_height; i > 0; i--, number += next_row) {
                        for (int32_t j = filter->filter_width; j > 0; j--, number += next_tap, tap += channels)
                            sum += (uint32_t)(*number * *tap);
                    }
                    *byte = rune_bounded_byte(rune_rounded_twice((int32_t)sum, by), is_whole, to->minimum, to->maximum);
                }
            }
        }
        input += filter->input_height * filter->input_width * channels;
    }
}

#define RUNE_DEPTHWISE_OF_PADDED(name, is_whole)                                                                    \
    RUNE_KERNEL void name(const int8_t *input, int8_t *output, int8_t *rows, const int8_t *taps,                    \
                          const int32_t *bias, const struct rune_filter *filter,                                    \
                          const struct rune_requantize_twice *to, int32_t width, int32_t zero_point)                \
    {                                                                                                               \
        rune_depthwise_of_padded(input, output, rows, taps, bias, filter, to, width, zero_point, is_whole);         \
    }

RUNE_DEPTHWISE_OF_PADDED(rune_depthwise_conv_2d_int8_of_padded, 1)
RUNE_DEPTHWISE_OF_PADDED(rune_depthwise_conv_2d_int8_of_padded_bounded, 0)

#endif
