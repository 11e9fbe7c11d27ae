/*
 * FULLY_CONNECTED of int8: four outputs at a time (four_outputs.h).
 */
#ifndef RUNE_DSP_FULLY_CONNECTED_H
#define RUNE_DSP_FULLY_CONNECTED_H

#include "four_outputs.h"
#include "high_rounding.h"

RUNE_KERNEL void rune_fully_connected_int8_dsp(const int8_t *input, int8_t *output, const uint32_t *weights,
                                               const int32_t *bias, const struct rune_high_rounding *to,
                                               int32_t batches, int32_t inputs, int32_t outputs)
{
    for (int32_t batch = 0; batch < batches; batch++, input += inputs, output += outputs) {
        const uint32_t *packed = weights;
        for (int32_t first = 0; first < outputs; first += 4) {
            int32_t sums[4] = {bias[first], bias[first + 1], bias[first + 2], bias[first + 3]};
            packed = rune_four_outputs(input, inputs, packed, sums);
            for (int32_t i = 0; i < 4 && first + i < outputs; i++)
                output[first + i] = rune_high_byte(sums[i], to, first + i);
        }
    }
}

#endif
