/* RELU and its like, float32, and of int16 those that scale. The output may be the input. */
#ifndef RUNE_ACTIVATIONS_H
#define RUNE_ACTIVATIONS_H

#include <stdint.h>

#include "rescale.h"

RUNE_KERNEL void rune_clamp_float32(const float *input, float *output, int32_t count, float minimum, float maximum)
{
    for (int32_t i = 0; i < count; i++) {
        const float value = input[i];
        output[i] = value < minimum ? minimum : value > maximum ? maximum : value;
    }
}

RUNE_KERNEL void rune_leaky_relu_float32(const float *input, float *output, int32_t count, float alpha)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = input[i] > 0.0f ? input[i] : input[i] * alpha;
}

/* Channel 0 of `requantize` is for numbers from zero on, channel 1 for those below it. */
RUNE_KERNEL void rune_leaky_relu_int16(const int16_t *input, int16_t *output, int32_t count,
                                       const struct rune_requantize_twice *requantize)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = rune_requantize_twice_int16(input[i], requantize, input[i] < 0);
}

#endif
