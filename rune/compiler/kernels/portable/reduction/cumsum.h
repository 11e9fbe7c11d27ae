/* CUMSUM of float32 along the middle one of three dimensions. */
#ifndef RUNE_CUMSUM_H
#define RUNE_CUMSUM_H

#include <stdint.h>

#include "language.h"

RUNE_KERNEL void rune_cumsum_float32(const float *input, float *output, int32_t rows, int32_t length, int32_t columns,
                                     int32_t exclusive, int32_t reverse)
{
    for (int32_t row = 0; row < rows; row++)
        for (int32_t column = 0; column < columns; column++) {
            float sum = 0;
            for (int32_t i = 0; i < length; i++) {
                const int32_t at = (row * length + (reverse ? length - 1 - i : i)) * columns + column;
                const float before = sum;
                sum += input[at];
                output[at] = exclusive ? before : sum;
            }
        }
}

#endif
