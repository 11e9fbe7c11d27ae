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

/* Four outputs side by side, so that none waits for its sum; each adds one product after the other, as the reference does.
 * Where fewer are left, the last one is computed again and not stored. */
RUNE_KERNEL void rune_fully_connected_float32(const float *input, float *output, const float *weights,
                                              const float *bias, int32_t batches, int32_t inputs, int32_t outputs,
                                              float minimum, float maximum)
{
    for (int32_t batch = 0; batch < batches; batch++, input += inputs) {
        for (int32_t first = 0; first < outputs; first += 4) {
            const int32_t left = outputs - first < 4 ? outputs - first : 4;
            const float *const row = weights + first * inputs;
            const float *const second = row + (left > 1 ? 1 : 0) * inputs;
            const float *const third = row + (left > 2 ? 2 : left - 1) * inputs;
            const float *const last = row + (left - 1) * inputs;
            float sums[4] = {0, 0, 0, 0};
            for (int32_t k = 0; k < inputs; k++) {
                const float value = input[k];
                sums[0] += RUNE_PRODUCT_F32(value, row[k]);
                sums[1] += RUNE_PRODUCT_F32(value, second[k]);
                sums[2] += RUNE_PRODUCT_F32(value, third[k]);
                sums[3] += RUNE_PRODUCT_F32(value, last[k]);
            }
            for (int32_t i = 0; i < left; i++) {
                const float sum = sums[i] + bias[first + i];
                *output++ = sum < minimum ? minimum : sum > maximum ? maximum : sum;
            }
        }
    }
}

#endif
