/* CONV_2D and FULLY_CONNECTED of float32 with weights of int8: each image is quantized to int8 before the
 * convolution. */
#ifndef RUNE_HYBRID_H
#define RUNE_HYBRID_H

#include <stdint.h>

#include "conv_sum.h"
#include "image_bytes.h"

/* `bytes` is scratch of one image; `weight_sums` are those of each channel's weights. Floats round after each step, so it
 * matters whether the reference's kernel `joins_scales` before it multiplies by them. */
RUNE_KERNEL void rune_hybrid_conv_2d(const float *input, float *output, int8_t *bytes, const int8_t *weights,
                                     const int32_t *weight_sums, const float *scales, const float *bias,
                                     const struct rune_filter *filter, int32_t is_symmetric, int32_t joins_scales,
                                     float minimum, float maximum)
{
    const int32_t filter_size = filter->filter_height * filter->filter_width * filter->input_channels;
    const int32_t image_size = filter->input_height * filter->input_width * filter->input_channels;
    for (int32_t batch = 0; batch < filter->batches; batch++, input += image_size) {
        const struct rune_image_scale image = rune_quantize_image(input, bytes, image_size, is_symmetric);
        for (int32_t y = 0; y < filter->output_height; y++) {
            for (int32_t x = 0; x < filter->output_width; x++) {
                for (int32_t channel = 0; channel < filter->output_channels; channel++) {
                    const uint32_t all = rune_conv_sum_int8(bytes, y, x, weights + channel * filter_size, 0, filter,
                                                            image.zero_point);
                    const int32_t sum = (int32_t)(all - (uint32_t)image.zero_point * (uint32_t)weight_sums[channel]);
                    const float first = joins_scales ? image.scale * scales[channel] : scales[channel];
                    float scaled = RUNE_PRODUCT_F32((float)sum, first);
                    if (!joins_scales)
                        scaled = RUNE_PRODUCT_F32(scaled, image.scale);
                    scaled += bias[channel];
                    *output++ = scaled < minimum ? minimum : scaled > maximum ? maximum : scaled;
                }
            }
        }
    }
}

#endif
