/* DEPTHWISE_CONV_2D of float32 with weights of int8: each image is quantized to int8 before the convolution. */
#ifndef RUNE_HYBRID_DEPTHWISE_H
#define RUNE_HYBRID_DEPTHWISE_H

#include <stdint.h>

#include "filter.h"
#include "image_bytes.h"

/* `bytes` is scratch of one image; weights are [row][column][output channel]. */
RUNE_KERNEL void rune_hybrid_depthwise_conv_2d(const float *input, float *output, int8_t *bytes, const int8_t *weights,
                                               const float *scales, const float *bias,
                                               const struct rune_filter *filter, int32_t multiplier, float minimum,
                                               float maximum)
{
    const int32_t channels = filter->output_channels;
    const int32_t image_size = filter->input_height * filter->input_width * filter->input_channels;
    for (int32_t batch = 0; batch < filter->batches; batch++, input += image_size) {
        const struct rune_image_scale image = rune_quantize_image(input, bytes, image_size, 0);
        for (int32_t y = 0; y < filter->output_height; y++) {
            for (int32_t x = 0; x < filter->output_width; x++) {
                for (int32_t channel = 0; channel < channels; channel++) {
                    const int8_t *weight = weights + channel;
                    int32_t sum = 0;
                    float scaled;
                    for (int32_t i = 0; i < filter->filter_height; i++) {
                        const int32_t line = y * filter->stride_y - filter->pad_top + i * filter->dilation_y;
                        for (int32_t j = 0; j < filter->filter_width; j++, weight += channels) {
                            const int32_t column = x * filter->stride_x - filter->pad_left + j * filter->dilation_x;
                            if (line >= 0 && line < filter->input_height && column >= 0 && column < filter->input_width)
                                sum += *weight * (bytes[(line * filter->input_width + column) * filter->input_channels +
                                                        channel / multiplier] -
                                                  image.zero_point);
                        }
                    }
                    scaled = RUNE_PRODUCT_F32((float)sum, image.scale * scales[channel]) + bias[channel];
                    *output++ = scaled < minimum ? minimum : scaled > maximum ? maximum : scaled;
                }
            }
        }
    }
}

#endif
