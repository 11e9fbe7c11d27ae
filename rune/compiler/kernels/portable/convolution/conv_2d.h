/* CONV_2D, int8 and float32. Weights are [output channel][row][column][input channel], as in the model. */
#ifndef RUNE_CONV_2D_H
#define RUNE_CONV_2D_H

#include "conv_sum.h"
#include "rescale.h"

/* `bias` already holds what the input's zero point adds; weights are counted from `weight_zero`. */
RUNE_KERNEL void rune_conv_2d_int8(const int8_t *input, int8_t *output, const int8_t *weights, const int32_t *bias,
                                   const struct rune_filter *filter, const struct rune_requantize_twice *requantize,
                                   int32_t zero_point, int32_t weight_zero)
{
    const int32_t filter_size = filter->filter_height * filter->filter_width * filter->input_channels;
    const int32_t image_size = filter->input_height * filter->input_width * filter->input_channels;
    for (int32_t batch = 0; batch < filter->batches; batch++, input += image_size) {
        for (int32_t y = 0; y < filter->output_height; y++) {
            for (int32_t x = 0; x < filter->output_width; x++) {
                for (int32_t channel = 0; channel < filter->output_channels; channel++) {
                    const uint32_t sum = rune_conv_sum_int8(input, y, x, weights + channel * filter_size, weight_zero,
                                                            filter, zero_point);
                    *output++ = rune_requantize_twice((int32_t)((uint32_t)bias[channel] + sum), requantize, channel);
                }
            }
        }
    }
}

RUNE_KERNEL void rune_conv_2d_float32(const float *input, float *output, const float *weights, const float *bias,
                                      const struct rune_filter *filter, float minimum, float maximum)
{
    const int32_t depth = filter->input_channels, line_size = filter->input_width * depth;
    for (int32_t batch = 0; batch < filter->batches; batch++, input += filter->input_height * line_size) {
        for (int32_t y = 0; y < filter->output_height; y++) {
            for (int32_t x = 0; x < filter->output_width; x++) {
                const float *weight = weights;
                for (int32_t channel = 0; channel < filter->output_channels; channel++) {
                    float sum = 0.0f;
                    for (int32_t i = 0; i < filter->filter_height; i++) {
                        const int32_t line = y * filter->stride_y - filter->pad_top + i * filter->dilation_y;
                        for (int32_t j = 0; j < filter->filter_width; j++, weight += depth) {
                            const int32_t column = x * filter->stride_x - filter->pad_left + j * filter->dilation_x;
                            const int is_inside = line >= 0 && line < filter->input_height && column >= 0 &&
                                                  column < filter->input_width;
                            const float *pixel = is_inside ? input + line * line_size + column * depth : 0;
                            for (int32_t k = 0; k < depth; k++)
                                sum += RUNE_PRODUCT_F32(pixel ? pixel[k] : 0.0f, weight[k]);
                        }
                    }
                    sum += bias[channel];
                    *output++ = sum < minimum ? minimum : sum > maximum ? maximum : sum;
                }
            }
        }
    }
}

#endif
