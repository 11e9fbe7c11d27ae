/*
 * FULLY_CONNECTED, int8: each output has a lane, as in the set with plain vectors; four inputs at a time.
 */
#ifndef RUNE_RELAXED_LANES_H
#define RUNE_RELAXED_LANES_H

#include "../simd128/lanes.h"
#include "fully_connected.h"
#include "relaxed.h"

/* Adds the products of four inputs; up to three behind the last have weights that count nothing. */
RUNE_INLINE const int8_t *rune_relaxed_lane_sums(rune_i32x4 *sums, const uint8_t *numbers, const int8_t *weights,
                                                 int32_t inputs, const int32_t vectors)
{
    RUNE_ROLLED for (int32_t k = 0; k < inputs; k += 4, weights += 16 * vectors) {
        const rune_i8x16 values = rune_splat_four(numbers + k);
        RUNE_UNROLLED for (int32_t i = 0; i < vectors; i++)
            sums[i] = rune_dot_bytes(sums[i], rune_load_bytes(weights + 16 * i), values);
    }
    return weights;
}

RUNE_SHARED void rune_relaxed_lanes_shared(const uint8_t *numbers, int8_t *output, const int8_t *weights,
                                           const int32_t *bias, const struct rune_requantize_shared *to,
                                           int32_t inputs, int32_t outputs, int32_t weight_zero)
{
    int32_t total = 0;
    if (weight_zero)
        RUNE_ROLLED for (int32_t k = 0; k < inputs; k++)
            total += numbers[k];
    const rune_i32x4 less = rune_splat_i32(total * weight_zero);
    RUNE_LANES(rune_relaxed_lane_sums)
}

/* `numbers` is scratch of `inputs` bytes and 16 more; `bias` holds what the numbers are counted from. */
RUNE_INLINE void rune_relaxed_fully_connected_lanes_int8(const int8_t *input, int8_t *output, uint8_t *numbers,
                                                         const int8_t *weights, const int32_t *bias,
                                                         const struct rune_requantize_shared *requantize, int32_t batches,
                                                         int32_t inputs, int32_t outputs, int32_t weight_zero)
{
    RUNE_ROLLED for (int32_t batch = 0; batch < batches; batch++, input += inputs, output += outputs) {
        rune_count_from_least(numbers, input, inputs);
        rune_relaxed_lanes_shared(numbers, output, weights, bias, requantize, inputs, outputs, weight_zero);
    }
}

#endif
