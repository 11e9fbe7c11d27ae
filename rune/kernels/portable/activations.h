/* RELU and its like, float32. The output may be the input. */
#ifndef RUNE_ACTIVATIONS_H
#define RUNE_ACTIVATIONS_H

#include <stdint.h>

#include "language.h"

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

#endif
