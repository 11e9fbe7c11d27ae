/* TRANSPOSE_CONV, int8, int16, float32, and float32 with weights of int8. Weights are [output channel][row][column][input channel], as in the model. */
#ifndef RUNE_TRANSPOSE_CONV_H
#define RUNE_TRANSPOSE_CONV_H

#include "filter.h"
#include "image_bytes.h"
#include "rescale.h"
#include "rescale_wide.h"

/* Which row or column of the image lays its filter's number `tap` on a place of the output; below zero: none. */
RUNE_FUNCTION int32_t rune_transposed_from(int32_t place, int32_t tap, int32_t before, int32_t stride, int32_t size)
{
    const int32_t moved = place + before - tap;
    return moved < 0 || moved % stride != 0 || moved / stride >= size ? -1 : moved / stride;
}

/* Runs `line` of each `pixel` of the image, and its `weight`, that has a part in the place [y, x] of the output, pixels in
 * their order, for floats are added in it: the filter's last row lies under the first of them. */
#define RUNE_TRANSPOSED(filter, image, weights, y, x, element, weight_element, line)                                   \
    for (int32_t i = (filter)->filter_height - 1; i >= 0; i--) {                                                       \
        const int32_t row =                                                                                            \
            rune_transposed_from(y, i, (filter)->pad_top, (filter)->stride_y, (filter)->input_height);                 \
        for (int32_t j = (filter)->filter_width - 1; row >= 0 && j >= 0; j--) {                                        \
            const int32_t column =                                                                                     \
                rune_transposed_from(x, j, (filter)->pad_left, (filter)->stride_x, (filter)->input_width);             \
            if (column >= 0) {                                                                                         \
                const element *pixel = (image) + (row * (filter)->input_width + column) * (filter)->input_channels;    \
                const weight_element *weight =                                                                         \
                    (weights) + (i * (filter)->filter_width + j) * (filter)->input_channels;                           \
                for (int32_t k = 0; k < (filter)->input_channels; k++)                                                 \
                    line;                                                                                              \
            }                                                                                                          \
        }                                                                                                              \
    }

/* Weights are counted from `weight_zero`. */
RUNE_KERNEL void rune_transpose_conv_int8(const int8_t *input, int8_t *output, const int8_t *weights,
                                          const int32_t *bias, const struct rune_filter *filter,
                                          const struct rune_requantize_twice *requantize, int32_t zero_point,
                                          int32_t weight_zero)
{
    const int32_t filter_size = filter->filter_height * filter->filter_width * filter->input_channels;
    const int32_t image_size = filter->input_height * filter->input_width * filter->input_channels;
    for (int32_t batch = 0; batch < filter->batches; batch++, input += image_size)
        for (int32_t y = 0; y < filter->output_height; y++)
            for (int32_t x = 0; x < filter->output_width; x++)
                for (int32_t channel = 0; channel < filter->output_channels; channel++) {
                    const int8_t *of_channel = weights + channel * filter_size;
                    uint32_t sum = (uint32_t)bias[channel];
                    RUNE_TRANSPOSED(filter, input, of_channel, y, x, int8_t, int8_t,
                                    sum += (uint32_t)((pixel[k] - zero_point) * (weight[k] - weight_zero)))
                    *output++ = rune_requantize_twice((int32_t)sum, requantize, channel);
                }
}

#define RUNE_TRANSPOSE_CONV_INT16(name, rescaling, requantized)                                                        \
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
                        int64_t sum = bias[channel];                                                                   \
                        RUNE_TRANSPOSED(filter, input, of_channel, y, x, int16_t, int8_t, sum += pixel[k] * weight[k]) \
                        *output++ = requantized(sum, requantize, channel);                                             \
                    }                                                                                                  \
    }

RUNE_TRANSPOSE_CONV_INT16(rune_transpose_conv_int16_wide, rune_requantize_wide, rune_requantize_wide)
RUNE_TRANSPOSE_CONV_INT16(rune_transpose_conv_int16_short, rune_requantize_twice, rune_requantize_short)

RUNE_KERNEL void rune_transpose_conv_float32(const float *input, float *output, const float *weights,
                                             const float *bias, const struct rune_filter *filter, float minimum,
                                             float maximum)
{
    const int32_t filter_size = filter->filter_height * filter->filter_width * filter->input_channels;
    const int32_t image_size = filter->input_height * filter->input_width * filter->input_channels;
    for (int32_t batch = 0; batch < filter->batches; batch++, input += image_size)
        for (int32_t y = 0; y < filter->output_height; y++)
            for (int32_t x = 0; x < filter->output_width; x++)
                for (int32_t channel = 0; channel < filter->output_channels; channel++) {
                    const float *of_channel = weights + channel * filter_size;
                    float sum = 0.0f;
                    RUNE_TRANSPOSED(filter, input, of_channel, y, x, float, float,
                                    sum += RUNE_PRODUCT_F32(pixel[k], weight[k]))
                    sum += bias[channel];
                    *output++ = sum < minimum ? minimum : sum > maximum ? maximum : sum;
                }
}

/* `bytes` is scratch of one image. A product is a float times both scales before it is added: floats round after each
 * step, as in the reference. */
RUNE_KERNEL void rune_hybrid_transpose_conv(const float *input, float *output, int8_t *bytes, const int8_t *weights,
                                            const float *scales, const float *bias, const struct rune_filter *filter,
                                            float minimum, float maximum)
{
    const int32_t filter_size = filter->filter_height * filter->filter_width * filter->input_channels;
    const int32_t image_size = filter->input_height * filter->input_width * filter->input_channels;
    for (int32_t batch = 0; batch < filter->batches; batch++, input += image_size) {
        const struct rune_image_scale image = rune_quantize_image(input, bytes, image_size, 0);
        for (int32_t y = 0; y < filter->output_height; y++)
            for (int32_t x = 0; x < filter->output_width; x++)
                for (int32_t channel = 0; channel < filter->output_channels; channel++) {
                    const int8_t *of_channel = weights + channel * filter_size;
                    float sum = 0.0f;
                    RUNE_TRANSPOSED(filter, bytes, of_channel, y, x, int8_t, int8_t,
                                    sum += RUNE_PRODUCT_F32(
                                        RUNE_PRODUCT_F32((float)((pixel[k] - image.zero_point) * weight[k]),
                                                         scales[channel]),
                                        image.scale))
                    sum += bias[channel];
                    *output++ = sum < minimum ? minimum : sum > maximum ? maximum : sum;
                }
    }
}

#endif
