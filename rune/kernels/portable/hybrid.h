/* CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED of float32 with weights of int8: each image is brought to int8 when it
 * comes. */
#ifndef RUNE_HYBRID_H
#define RUNE_HYBRID_H

#include <stdint.h>

#include "conv_sum.h"
#include "rune_math.h"

/* How an image was brought to bytes: number = scale * (byte - zero_point). */
struct rune_image_scale {
    float scale;
    int32_t zero_point;
};

/* To nearest, halves away from zero, then moved by the zero point, then from `least` to 127. What is no number counts as
 * 0. */
RUNE_FUNCTION int8_t rune_rounded_byte(float value, int32_t zero_point, int32_t least)
{
    float rest;
    int32_t whole;
    value = value > 1024.0f ? 1024.0f : value < -1024.0f ? -1024.0f : value == value ? value : 0.0f;
    whole = (int32_t)value;
    rest = value - (float)whole;
    whole += (rest >= 0.5f) - (rest <= -0.5f) + zero_point;
    return (int8_t)(whole < least ? least : whole > INT8_MAX ? INT8_MAX : whole);
}

RUNE_FUNCTION struct rune_image_scale rune_quantize_image(const float *image, int8_t *bytes, int32_t count,
                                                          int32_t is_symmetric)
{
    struct rune_image_scale found = {1.0f, 0};
    double least = 0.0, greatest = 0.0;
    float factor = 0.0f;
    for (int32_t i = 0; i < count; i++) {
        least = (double)image[i] < least ? (double)image[i] : least;
        greatest = (double)image[i] > greatest ? (double)image[i] : greatest;
    }
    if (least < greatest && is_symmetric) {
        const float reach = (float)(-least > greatest ? -least : greatest);
        found.scale = reach / 127.0f;
        factor = 127.0f / reach;
    } else if (least < greatest) {
        const double step = (double)(float)(greatest - least) / 255.0, below = least / step, above = greatest / step;
        const double zero_point = 128.0 - below < 127.0 + above ? -128.0 - below : 127.0 - above;
        const double rounded = zero_point < 0.0 ? -rune_floor(0.5 - zero_point) : rune_floor(zero_point + 0.5);
        found.zero_point = rounded < -128.0 ? -128 : rounded > 127.0 ? 127 : (int32_t)rounded;
        found.scale = (float)step;
        factor = 1.0f / found.scale;
    }
    for (int32_t i = 0; i < count; i++)
        bytes[i] = rune_rounded_byte(image[i] * factor, found.zero_point, is_symmetric ? -127 : INT8_MIN);
    return found;
}

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
