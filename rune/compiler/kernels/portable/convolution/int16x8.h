/*
 * CONV_2D and DEPTHWISE_CONV_2D, int16 with weights of int8. Numbers are counted from 0, so what lies beside the image
 * adds nothing. Weights are as in the model: [output channel][row][column][input channel], or [row][column][channel].
 */
#ifndef RUNE_INT16X8_H
#define RUNE_INT16X8_H

#include "filter.h"
#include "rescale_wide.h"

/* The whole filter at a place of the output. */
RUNE_FUNCTION int64_t rune_conv_sum_int16(const int16_t *image, int32_t y, int32_t x, const int8_t *weights,
                                          const struct rune_filter *filter)
{
    const int32_t depth = filter->input_channels, line_size = filter->input_width * depth;
    const int32_t left = x * filter->stride_x - filter->pad_left;
    int64_t sum = 0;
    for (int32_t i = 0; i < filter->filter_height; i++, weights += filter->filter_width * depth) {
        const int32_t line = y * filter->stride_y - filter->pad_top + i * filter->dilation_y;
        const int16_t *row = image;
        if (line < 0 || line >= filter->input_height)
            continue;
        row += line * line_size;
        if (filter->dilation_x == 1 && left >= 0 && left + filter->filter_width <= filter->input_width) {
            sum += rune_dot_int16(row + left * depth, weights, filter->filter_width * depth);
            continue;
        }
        for (int32_t j = 0; j < filter->filter_width; j++) {
            const int32_t column = left + j * filter->dilation_x;
            if (column >= 0 && column < filter->input_width)
                sum += rune_dot_int16(row + column * depth, weights + j * depth, depth);
        }
    }
    return sum;
}

#define RUNE_CONV_2D_INT16(name, rescaling, requantized)                                                               \
    RUNE_KERNEL void name(const int16_t *input, int16_t *output, const int8_t *weights, const int64_t *bias,           \
                          const struct rune_filter *filter, const struct rescaling *requantize)                        \
    {                                                                                                                  \
        const int32_t filter_size = filter->filter_height * filter->filter_width * filter->input_channels;             \
        const int32_t image_size = filter->input_height * filter->input_width * filter->input_channels;                \
        for (int32_t batch = 0; batch < filter->batches; batch++, input += image_size)                                 \
            for (int32_t y = 0; y < filter->output_height; y++)                                                        \
                for (int32_t x = 0; x < filter->output_width; x++)                                                     \
                    for (int32_t channel = 0; channel < filter->output_channels; channel++) {                          \
                        const int8_t *of_channel = weights + channel * filter_size;                                    \
                        const int64_t sum = rune_conv_sum_int16(input, y, x, of_channel, filter);                      \
                        *output++ = requantized(bias[channel] + sum, requantize, channel);                             \
                    }                                                                                                  \
    }

RUNE_CONV_2D_INT16(rune_conv_2d_int16_wide, rune_requantize_wide, rune_requantize_wide)
RUNE_CONV_2D_INT16(rune_conv_2d_int16_short, rune_requantize_twice, rune_requantize_short)
RUNE_CONV_2D_INT16(rune_conv_2d_int16_nearest, rune_requantize_nearest, rune_requantize_nearest_int16)

#define RUNE_TOGETHER_INT16 8  /* channels that are summed together */
#define RUNE_FEW_TAPS_INT16 256 /* so many products of int16 and int8 fit into 32 bits */

/* The sums of `count` neighbouring channels that read one channel each, over few taps. */
RUNE_KERNEL void rune_depthwise_sums_int16(int32_t *sums, const int16_t *image, const int8_t *weights,
                                           const struct rune_filter *filter, int32_t top, int32_t left,
                                           const int32_t count)
{
    const int32_t channels = filter->output_channels;
    RUNE_UNROLLED for (int32_t k = 0; k < count; k++)
        sums[k] = 0;
    for (int32_t i = 0; i < filter->filter_height; i++) {
        const int32_t line = top + i * filter->dilation_y;
        if (line < 0 || line >= filter->input_height)
            continue;
        for (int32_t j = 0; j < filter->filter_width; j++) {
            const int32_t column = left + j * filter->dilation_x;
            if (column < 0 || column >= filter->input_width)
                continue;
            const int16_t *numbers = image + (line * filter->input_width + column) * channels;
            const int8_t *weight = weights + (i * filter->filter_width + j) * channels;
            RUNE_UNROLLED for (int32_t k = 0; k < count; k++)
                sums[k] += numbers[k] * weight[k];
        }
    }
}

/* The sum of a channel that reads the channel `source`, over any number of taps. */
RUNE_KERNEL int64_t rune_depthwise_sum_int16(const int16_t *image, const int8_t *weight,
                                             const struct rune_filter *filter, int32_t top, int32_t left,
                                             int32_t source)
{
    int64_t sum = 0;
    for (int32_t i = 0; i < filter->filter_height; i++) {
        const int32_t line = top + i * filter->dilation_y;
        for (int32_t j = 0; j < filter->filter_width; j++, weight += filter->output_channels) {
            const int32_t column = left + j * filter->dilation_x;
            if (line >= 0 && line < filter->input_height && column >= 0 && column < filter->input_width)
                sum += *weight * image[(line * filter->input_width + column) * filter->input_channels + source];
        }
    }
    return sum;
}

/* `multiplier` output channels read one input channel. */
RUNE_KERNEL void rune_depthwise_conv_2d_int16(const int16_t *input, int16_t *output, const int8_t *weights,
                                              const int64_t *bias, const struct rune_filter *filter,
                                              const struct rune_requantize_wide *requantize, int32_t multiplier)
{
    const int32_t channels = filter->output_channels;
    const int32_t is_together = multiplier == 1 && filter->filter_height * filter->filter_width <= RUNE_FEW_TAPS_INT16;
    for (int32_t batch = 0; batch < filter->batches; batch++) {
        for (int32_t y = 0; y < filter->output_height; y++) {
            const int32_t top = y * filter->stride_y - filter->pad_top;
            for (int32_t x = 0; x < filter->output_width; x++, output += channels) {
                const int32_t left = x * filter->stride_x - filter->pad_left;
                int32_t channel = 0;
                for (; is_together && channel + RUNE_TOGETHER_INT16 <= channels; channel += RUNE_TOGETHER_INT16) {
                    int32_t sums[RUNE_TOGETHER_INT16];
                    rune_depthwise_sums_int16(sums, input + channel, weights + channel, filter, top, left,
                                              RUNE_TOGETHER_INT16);
                    for (int32_t k = 0; k < RUNE_TOGETHER_INT16; k++)
                        output[channel + k] = rune_requantize_wide(bias[channel + k] + sums[k], requantize, channel + k);
                }
                for (; channel < channels; channel++)
                    output[channel] = rune_requantize_wide(
                        bias[channel] + rune_depthwise_sum_int16(input, weights + channel, filter, top, left,
                                                                 channel / multiplier),
                        requantize, channel);
            }
        }
        input += filter->input_height * filter->input_width * filter->input_channels;
    }
}

#endif
