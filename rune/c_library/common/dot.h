/* Sums of products of bytes. They are kept without a sign, so that one that leaves 32 bits wraps, as the reference's do. */
#ifndef RUNE_DOT_H
#define RUNE_DOT_H

#include <stdint.h>

#include "language.h"

RUNE_FUNCTION uint32_t rune_dot_int8(const int8_t *left, const int8_t *right, int32_t count)
{
    uint32_t sum = 0;
    int32_t i = 0;
    for (; i + 4 <= count; i += 4) /* compilers that do not unroll save three quarters of the counting */
        sum += (uint32_t)(left[i] * right[i] + left[i + 1] * right[i + 1] + left[i + 2] * right[i + 2] +
                          left[i + 3] * right[i + 3]);
    for (; i < count; i++)
        sum += (uint32_t)(left[i] * right[i]);
    return sum;
}

/* The same where the weights are counted from `weight_zero`. */
RUNE_FUNCTION uint32_t rune_dot_from_int8(const int8_t *numbers, const int8_t *weights, int32_t weight_zero,
                                          int32_t count)
{
    uint32_t sum = rune_dot_int8(numbers, weights, count);
    if (weight_zero != 0) {
        int32_t total = 0;
        for (int32_t i = 0; i < count; i++)
            total += numbers[i];
        sum -= (uint32_t)total * (uint32_t)weight_zero;
    }
    return sum;
}

/* The sum of products of `count` weights with inputs that are all `number`. */
RUNE_FUNCTION uint32_t rune_dot_same_int8(const int8_t *weights, int32_t weight_zero, int32_t number, int32_t count)
{
    uint32_t sum = 0;
    for (int32_t i = 0; i < count; i++)
        sum += (uint32_t)((weights[i] - weight_zero) * number);
    return sum;
}

#endif
