/* FULLY_CONNECTED, int8 and float32. Weights are [output][input], as in the model. */
#ifndef RUNE_FULLY_CONNECTED_H
#define RUNE_FULLY_CONNECTED_H

#include "dot.h"
#include "rescale.h"

/* `bias` already holds what the input's zero point adds; weights are counted from `weight_zero`. */
#define RUNE_FULLY_CONNECTED_INT8(name, rescaling, requantized)                                                  \
    RUNE_KERNEL void name(const int8_t *input, int8_t *output, const int8_t *weights, const int32_t *bias,       \
                          const struct rescaling *requantize, int32_t batches, int32_t inputs, int32_t outputs,  \
                          int32_t weight_zero)                                                                   \
    {                                                                                                            \
        for (int32_t batch = 0; batch < batches; batch++, input += inputs) {                                     \
            for (int32_t i = 0; i < outputs; i++) {                                                              \
                const uint32_t sum = rune_dot_from_int8(input, weights + i * inputs, weight_zero, inputs);       \
                *output++ = (int8_t)requantized((int32_t)((uint32_t)bias[i] + sum), requantize, i);              \
            }                                                                                                    \
        }                                                                                                        \
    }

RUNE_FULLY_CONNECTED_INT8(rune_fully_connected_int8, rune_requantize_once, rune_requantize_once)
RUNE_FULLY_CONNECTED_INT8(rune_fully_connected_int8_nearest, rune_requantize_nearest, rune_requantize_nearest)

/* Eight sums side by side, in the order in which vectors of four add them, so that every target gives the same bits. */
RUNE_FUNCTION float rune_dot_float32(const float *left, const float *right, int32_t count)
{
    float sums[8] = {0, 0, 0, 0, 0, 0, 0, 0}, sum;
    int32_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (int32_t lane = 0; lane < 8; lane++)
            sums[lane] += RUNE_PRODUCT_F32(left[i + lane], right[i + lane]);
    for (int32_t lane = 0; lane < 4; lane++)
        sums[lane] += sums[lane + 4];
    sum = (sums[0] + sums[2]) + (sums[1] + sums[3]);
    for (; i < count; i++)
        sum += RUNE_PRODUCT_F32(left[i], right[i]);
    return sum;
}

RUNE_KERNEL void rune_fully_connected_float32(const float *input, float *output, const float *weights,
                                              const float *bias, int32_t batches, int32_t inputs, int32_t outputs,
                                              float minimum, float maximum)
{
    for (int32_t batch = 0; batch < batches; batch++, input += inputs) {
        for (int32_t i = 0; i < outputs; i++) {
            float sum = rune_dot_float32(input, weights + i * inputs, inputs) + bias[i];
            *output++ = sum < minimum ? minimum : sum > maximum ? maximum : sum;
        }
    }
}

#endif
