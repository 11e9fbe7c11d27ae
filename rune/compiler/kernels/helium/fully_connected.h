/* FULLY_CONNECTED of int8: four outputs at a time. Weights are as in the model, outputs filled up to fours. */
#ifndef RUNE_HELIUM_FULLY_CONNECTED_H
#define RUNE_HELIUM_FULLY_CONNECTED_H

#include "high_rounding.h"
#include "vectors.h"

RUNE_KERNEL void rune_fully_connected_int8_vectors(const int8_t *input, int8_t *output, const int8_t *weights,
                                                   const int32_t *bias, const struct rune_high_rounding *to,
                                                   int32_t batches, int32_t inputs, int32_t outputs)
{
    for (int32_t batch = 0; batch < batches; batch++, input += inputs, output += outputs) {
        for (int32_t first = 0; first < outputs; first += RUNE_SUMS) {
            int32_t sums[RUNE_SUMS] = {bias[first], bias[first + 1], bias[first + 2], bias[first + 3]};
            rune_sums_of_four(input, weights + first * inputs, inputs, sums);
            for (int32_t i = 0; i < RUNE_SUMS && first + i < outputs; i++)
                output[first + i] = rune_high_byte(sums[i], to, first + i);
        }
    }
}

#endif
