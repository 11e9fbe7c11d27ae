/* L2_NORMALIZATION and LOG_SOFTMAX of float32, over the last dimension. Sums are of double precision. */
#ifndef RUNE_ROWS_FLOAT32_H
#define RUNE_ROWS_FLOAT32_H

#include "rune_math.h"

RUNE_KERNEL void rune_l2_normalization_float32(const float *input, float *output, int32_t rows, int32_t columns)
{
    for (int32_t row = 0; row < rows; row++, input += columns, output += columns) {
        double squares = 0, length;
        for (int32_t i = 0; i < columns; i++)
            squares += RUNE_PRODUCT((double)input[i], (double)input[i]);
        length = rune_sqrt(squares);
        length = length < 1e-6 ? 1e-6 : length;
        for (int32_t i = 0; i < columns; i++)
            output[i] = (float)((double)input[i] / length);
    }
}

RUNE_KERNEL void rune_log_softmax_float32(const float *input, float *output, int32_t rows, int32_t columns)
{
    for (int32_t row = 0; row < rows; row++, input += columns, output += columns) {
        double largest = (double)input[0], sum = 0, logarithm;
        for (int32_t i = 1; i < columns; i++)
            largest = (double)input[i] > largest ? (double)input[i] : largest;
        for (int32_t i = 0; i < columns; i++)
            sum += rune_exp((double)input[i] - largest);
        logarithm = RUNE_PRODUCT(rune_log2(sum), 0.6931471805599453);
        for (int32_t i = 0; i < columns; i++)
            output[i] = (float)((double)input[i] - largest - logarithm);
    }
}

#endif
