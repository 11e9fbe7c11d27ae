/* FULLY_CONNECTED, int8 and float32: four rows of weights at a time, so that an input is loaded once for four. */
#ifndef RUNE_FULLY_CONNECTED_H
#define RUNE_FULLY_CONNECTED_H

#include "rescale.h"
#include "vector.h"

/*
 * `weights` are [outputs, at least 4][inputs padded to 8], filled up; `bias` holds what the input's zero point
 * adds; weights are counted from `weight_zero`, which fills them up. Up to 7 bytes behind the input are read and count nothing. Where the outputs are no multiple of 4, the last
 * four are computed together, some of them a second time.
 */
RUNE_INLINE void rune_fully_connected_int8(const int8_t *input, int8_t *output, const int8_t *weights,
                                           const int32_t *bias, const struct rune_requantize_nearest *requantize,
                                           int32_t batches, int32_t inputs, int32_t outputs, int32_t weight_zero)
{
    const int32_t padded = (inputs + 7) / 8 * 8;
    for (int32_t batch = 0; batch < batches; batch++, input += inputs, output += outputs) {
        for (int32_t first = 0; first < outputs; first += 4) {
            if (first + 4 > outputs)
                first = outputs > 4 ? outputs - 4 : 0;
            const int8_t *row = weights + first * padded;
            rune_i32x4 sums[4] = {{0}, {0}, {0}, {0}};
            for (int32_t k = 0; k < padded; k += 8) {
                rune_i16x8 values = rune_load_widened(input + k);
                RUNE_UNROLLED for (int32_t i = 0; i < 4; i++)
                    sums[i] += rune_dot(values, rune_load_widened(row + i * padded + k) - (int16_t)weight_zero);
            }
            for (int32_t i = 0; i < 4 && first + i < outputs; i++) {
                int32_t at = first + i;
                int32_t sum = bias[at] + sums[i][0] + sums[i][1] + sums[i][2] + sums[i][3];
                output[at] = (int8_t)rune_requantize_nearest(sum, requantize, at);
            }
        }
    }
}

/* `weights` are [outputs][inputs] as in the model. */
RUNE_INLINE void rune_fully_connected_float32(const float *input, float *output, const float *weights,
                                              const float *bias, int32_t batches, int32_t inputs, int32_t outputs,
                                              float minimum, float maximum)
{
    for (int32_t batch = 0; batch < batches; batch++, input += inputs, output += outputs) {
        for (int32_t at = 0; at < outputs; at++) {
            const float *row = weights + at * inputs;
            rune_f32x4 sums[2] = {{0}, {0}};
            int32_t k = 0;
            for (; k + 8 <= inputs; k += 8) {
                sums[0] += rune_load_f32(input + k) * rune_load_f32(row + k);
                sums[1] += rune_load_f32(input + k + 4) * rune_load_f32(row + k + 4);
            }
            sums[0] += sums[1];
            float sum = (sums[0][0] + sums[0][2]) + (sums[0][1] + sums[0][3]);
            for (; k < inputs; k++)
                sum += input[k] * row[k];
            sum += bias[at];
            output[at] = sum < minimum ? minimum : sum > maximum ? maximum : sum;
        }
    }
}

#endif
