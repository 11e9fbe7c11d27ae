/* L2_NORMALIZATION and LOG_SOFTMAX of float32, over the last dimension. Floats round after each step. */
#ifndef RUNE_ROWS_FLOAT32_H
#define RUNE_ROWS_FLOAT32_H

#include "rune_math.h"

RUNE_KERNEL void rune_l2_normalization_float32(const float *input, float *output, int32_t rows, int32_t columns)
{
    for (int32_t row = 0; row < rows; row++, input += columns, output += columns) {
        float squares = 0.0f, length;
        for (int32_t i = 0; i < columns; i++)
            squares += RUNE_PRODUCT_F32(input[i], input[i]);
        length = rune_sqrtf(squares);
        length = length < 1e-6f ? 1e-6f : length;
        for (int32_t i = 0; i < columns; i++)
            output[i] = input[i] / length;
    }
}

RUNE_KERNEL void rune_log_softmax_float32(const float *input, float *output, int32_t rows, int32_t columns)
{
    for (int32_t row = 0; row < rows; row++, input += columns, output += columns) {
        float largest = input[0], sum = 0.0f, logarithm;
        for (int32_t i = 1; i < columns; i++)
            largest = input[i] > largest ? input[i] : largest;
        for (int32_t i = 0; i < columns; i++)
            sum += rune_expf(input[i] - largest);
        logarithm = (float)RUNE_PRODUCT(rune_log2((double)sum), 0.6931471805599453);
        for (int32_t i = 0; i < columns; i++)
            output[i] = input[i] - largest - logarithm;
    }
}

#endif
