/* SOFTMAX over the last dimension, int8 and float32. */
#ifndef RUNE_SOFTMAX_H
#define RUNE_SOFTMAX_H

#include "rune_math.h"

/*
 * `exponentials[255 - d]` is e^(-d * input scale * beta), for a number that is d below its row's largest. A number
 * times one over the row's sum, in units of the output's scale, is rounded half up.
 */
RUNE_KERNEL void rune_softmax_int8(const int8_t *input, int8_t *output, const float *exponentials, int32_t rows,
                                   int32_t columns, float output_scale, int32_t output_zero_point)
{
    for (int32_t row = 0; row < rows; row++, input += columns, output += columns) {
        int32_t largest = INT8_MIN;
        for (int32_t i = 0; i < columns; i++)
            largest = input[i] > largest ? input[i] : largest;
        const float *table = exponentials + 255 - largest;
        float sum = 0;
        for (int32_t i = 0; i < columns; i++)
            sum += table[input[i]];
        float inverse = 1.0f / (sum * output_scale);
        for (int32_t i = 0; i < columns; i++) {
            float share = RUNE_PRODUCT_F32(table[input[i]], inverse);
            int32_t whole = (int32_t)share;
            whole += (share - (float)whole >= 0.5f) + output_zero_point;
            output[i] = (int8_t)(whole < INT8_MIN ? INT8_MIN : whole > INT8_MAX ? INT8_MAX : whole);
        }
    }
}

RUNE_KERNEL void rune_softmax_float32(const float *input, float *output, int32_t rows, int32_t columns, float beta)
{
    for (int32_t row = 0; row < rows; row++, input += columns, output += columns) {
        float largest = input[0];
        for (int32_t i = 1; i < columns; i++)
            largest = input[i] > largest ? input[i] : largest;
        float sum = 0;
        for (int32_t i = 0; i < columns; i++) {
            output[i] = (float)rune_exp((double)((input[i] - largest) * beta));
            sum += output[i];
        }
        for (int32_t i = 0; i < columns; i++)
            output[i] /= sum;
    }
}

#endif
