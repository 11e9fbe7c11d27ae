/* CONV_2D of int8: the bytes under the filter meet the weights of four channels at a time, filled up to fours. */
#ifndef RUNE_HELIUM_CONV_2D_H
#define RUNE_HELIUM_CONV_2D_H

#include "patches.h"
#include "vectors.h"

/* `bytes` is room for what lies under the filter. Multipliers and biases go in fours. */
RUNE_KERNEL void rune_conv_2d_int8_vectors(const int8_t *input, int8_t *output, int8_t *bytes, const int8_t *weights,
                                           const int32_t *bias, const struct rune_filter *filter,
                                           const struct rune_requantize_twice *to, int32_t zero_point)
{
    const int32_t channels = filter->output_channels, depth = filter->input_channels;
    const int32_t count = filter->filter_height * filter->filter_width * depth;
    for (int32_t batch = 0; batch < filter->batches; batch++, input += filter->input_height * filter->input_width * depth) {
        for (int32_t y = 0; y < filter->output_height; y++) {
            for (int32_t x = 0; x < filter->output_width; x++, output += channels) {
                const int8_t *numbers = rune_bytes_under(bytes, input, y, x, filter, zero_point);
                const int8_t *some = weights;
                for (int32_t channel = 0; channel < channels; channel += RUNE_SUMS, some += RUNE_SUMS * count) {
                    int32_t sums[RUNE_SUMS] = {bias[channel], bias[channel + 1], bias[channel + 2], bias[channel + 3]};
                    rune_sums_of_four(numbers, some, count, sums);
                    rune_store_four(output, sums, channel, channels, to);
                }
            }
        }
    }
}

#endif
