/* BATCH_MATMUL, int8, int16 and float32: products of matrices whose numbers lie any steps apart. */
#ifndef RUNE_BATCH_MATMUL_H
#define RUNE_BATCH_MATMUL_H

#include <stdint.h>

#include "rescale.h"
#include "rescale_wide.h"

/* Where the matrices begin, and the steps from one number to the next. The output is dense. */
struct rune_matrices {
    int32_t count, rows, columns, depth, left_row, left_depth, right_depth, right_column;
    const int32_t *left_starts, *right_starts;
};

/* Calls `begin`, `line` for each pair of numbers x and y, and `end`, for each number of the output. */
#define RUNE_MATRICES(matrices, left, right, element, begin, line, end)                            \
    for (int32_t i = 0; i < (matrices)->count; i++)                                                \
        for (int32_t row = 0; row < (matrices)->rows; row++) {                                     \
            const element *a = (left) + (matrices)->left_starts[i] + row * (matrices)->left_row;   \
            for (int32_t column = 0; column < (matrices)->columns; column++) {                     \
                const element *b =                                                                 \
                    (right) + (matrices)->right_starts[i] + column * (matrices)->right_column;     \
                begin;                                                                             \
                for (int32_t k = 0; k < (matrices)->depth; k++) {                                  \
                    const element x = a[k * (matrices)->left_depth];                               \
                    const element y = b[k * (matrices)->right_depth];                              \
                    line;                                                                          \
                }                                                                                  \
                end;                                                                               \
            }                                                                                      \
        }

RUNE_KERNEL void rune_batch_matmul_int8(const int8_t *left, const int8_t *right, int8_t *output,
                                        const struct rune_matrices *matrices, int32_t left_zero_point,
                                        int32_t right_zero_point, const struct rune_requantize_twice *requantize)
{
    RUNE_MATRICES(matrices, left, right, int8_t, int32_t sum = 0,
                  sum += (x - left_zero_point) * (y - right_zero_point),
                  *output++ = rune_requantize_twice(sum, requantize, 0))
}

RUNE_KERNEL void rune_batch_matmul_int16(const int16_t *left, const int16_t *right, int16_t *output,
                                         const struct rune_matrices *matrices,
                                         const struct rune_requantize_wide *requantize)
{
    RUNE_MATRICES(matrices, left, right, int16_t, int64_t sum = 0, sum += x * y,
                  *output++ = rune_requantize_wide(sum, requantize, 0))
}

RUNE_KERNEL void rune_batch_matmul_float32(const float *left, const float *right, float *output,
                                           const struct rune_matrices *matrices)
{
    RUNE_MATRICES(matrices, left, right, float, float sum = 0.0f, sum += RUNE_PRODUCT_F32(x, y), *output++ = sum)
}

#endif
