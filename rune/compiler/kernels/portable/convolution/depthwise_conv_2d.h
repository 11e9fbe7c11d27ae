/* DEPTHWISE_CONV_2D, int8 and float32, any multiplier. Weights are [row][column][output channel], as in the model. */
#ifndef RUNE_DEPTHWISE_CONV_2D_H
#define RUNE_DEPTHWISE_CONV_2D_H

#include "filter.h"
#include "rescale.h"

/* The pixel under a place of the filter; null beside the image. */
#define RUNE_DEPTHWISE_PIXEL(name, element)                                                                            \
    RUNE_FUNCTION const element *name(const element *image, const struct rune_filter *filter, int32_t line,            \
                                      int32_t column)                                                                  \
    {                                                                                                                  \
        if (line < 0 || line >= filter->input_height || column < 0 || column >= filter->input_width)                   \
            return 0;                                                                                                  \
        return image + (line * filter->input_width + column) * filter->input_channels;                                 \
    }

RUNE_DEPTHWISE_PIXEL(rune_depthwise_pixel_int8, int8_t)
RUNE_DEPTHWISE_PIXEL(rune_depthwise_pixel_float32, float)

/* `bias` already holds what the input's zero point adds; `multiplier` output channels read one input channel;
 * weights are counted from `weight_zero`. */
RUNE_KERNEL void rune_depthwise_conv_2d_int8(const int8_t *input, int8_t *output, const int8_t *weights,
                                             const int32_t *bias, const struct rune_filter *filter,
                                             const struct rune_requantize_twice *requantize, int32_t zero_point,
                                             int32_t multiplier, int32_t weight_zero)
{
    const int32_t channels = filter->output_channels;
    for (int32_t batch = 0; batch < filter->batches; batch++) {
        for (int32_t y = 0; y < filter->output_height; y++) {
            const int32_t top = y * filter->stride_y - filter->pad_top;
            for (int32_t x = 0; x < filter->output_width; x++) {
                const int32_t left = x * filter->stride_x - filter->pad_left;
                for (int32_t channel = 0; channel < channels; channel++) {
                    const int8_t *weight = weights + channel;
                    const int32_t source = channel / multiplier;
                    uint32_t sum = (uint32_t)bias[channel];
                    for (int32_t i = 0; i < filter->filter_height; i++) {
                        for (int32_t j = 0; j < filter->filter_width; j++, weight += channels) {
                            const int8_t *pixel = rune_depthwise_pixel_int8(
                                input, filter, top + i * filter->dilation_y, left + j * filter->dilation_x);
                            sum += (uint32_t)((*weight - weight_zero) * (pixel ? pixel[source] : zero_point));
                        }
                    }
                    *output++ = rune_requantize_twice((int32_t)sum, requantize, channel);
                }
            }
        }
        input += filter->input_height * filter->input_width * filter->input_channels;
    }
}

RUNE_KERNEL void rune_depthwise_conv_2d_float32(const float *input, float *output, const float *weights,
                                                const float *bias, const struct rune_filter *filter,
                                                int32_t multiplier, float minimum, float maximum)
{
    const int32_t channels = filter->output_channels;
    for (int32_t batch = 0; batch < filter->batches; batch++) {
        for (int32_t y = 0; y < filter->output_height; y++) {
            const int32_t top = y * filter->stride_y - filter->pad_top;
            for (int32_t x = 0; x < filter->output_width; x++) {
                const int32_t left = x * filter->stride_x - filter->pad_left;
                for (int32_t channel = 0; channel < channels; channel++) {
                    const float *weight = weights + channel;
                    const int32_t source = channel / multiplier;
                    float sum = 0.0f;
                    for (int32_t i = 0; i < filter->filter_height; i++) {
                        for (int32_t j = 0; j < filter->filter_width; j++, weight += channels) {
                            const float *pixel = rune_depthwise_pixel_float32(
                                input, filter, top + i * filter->dilation_y, left + j * filter->dilation_x);
                            sum += RUNE_PRODUCT_F32(pixel ? pixel[source] : 0.0f, *weight);
                        }
                    }
                    sum += bias[channel];
                    *output++ = sum < minimum ? minimum : sum > maximum ? maximum : sum;
                }
            }
        }
        input += filter->input_height * filter->input_width * filter->input_channels;
    }
}

#endif
