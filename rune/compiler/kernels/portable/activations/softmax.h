/* SOFTMAX over the last dimension, int8, int16 and float32. */
#ifndef RUNE_SOFTMAX_H
#define RUNE_SOFTMAX_H

#include "lookup_int16.h"
#include "rescale.h"
#include "rune_math.h"

/* The product of numbers in units of 2^-31, rounded to nearest, halves away from zero. */
RUNE_FUNCTION int32_t rune_high_product(int32_t left, int32_t right)
{
    const int64_t product = (int64_t)left * right, half = INT64_C(1) << 30;
    return (int32_t)((product + (product >= 0 ? half : 1 - half)) / (INT64_C(1) << 31));
}

/* One over a sum of at least 1, in units of 2^-19: in units of 2^-31, to be shifted right by `bits`. */
RUNE_FUNCTION int32_t rune_reciprocal(uint32_t sum, int32_t *bits)
{
    int32_t half, x;
    for (*bits = 12; sum < UINT32_C(1) << 31; sum <<= 1)
        --*bits;
    half = (int32_t)(((sum & INT32_MAX) >> 1) + (sum & 1) + (UINT32_C(1) << 30)); /* half of the sum, from 1/2 to 1 */
    x = 1515870810 + rune_high_product(half, -1010580540);
    for (int32_t i = 0; i < 3; i++) /* Newton's method, in units of 2^-29 */
        x += rune_high_product(x, (INT32_C(1) << 29) - rune_high_product(half, x)) * 4;
    return x > INT32_MAX / 2 ? INT32_MAX : x * 2;
}

/*
 * `exponentials[d]` is e^(-d * input scale * beta) in units of 2^-31, for a number that is d below its row's largest. The
 * output counts 1/256 from -128.
 */
RUNE_KERNEL void rune_softmax_int8(const int8_t *input, int8_t *output, const int32_t *exponentials, int32_t rows,
                                   int32_t columns)
{
    for (int32_t row = 0; row < rows; row++, input += columns, output += columns) {
        int32_t largest = INT8_MIN, bits, scale;
        uint32_t sum = 0;
        for (int32_t i = 0; i < columns; i++)
            largest = input[i] > largest ? input[i] : largest;
        for (int32_t i = 0; i < columns; i++)
            sum += ((uint32_t)exponentials[largest - input[i]] + (1u << 11)) >> 12;
        scale = rune_reciprocal(sum, &bits);
        for (int32_t i = 0; i < columns; i++) {
            const int64_t share = rune_high_product(scale, exponentials[largest - input[i]]);
            const int32_t whole = (int32_t)((share + (INT64_C(1) << (bits + 22))) >> (bits + 23));
            output[i] = (int8_t)(whole > 255 ? INT8_MAX : whole + INT8_MIN);
        }
    }
}

/* The multiplier brings differences to 10 / 65535; `exponentials` are of -10 to 0, `reciprocals` of 1 to 2. */
struct rune_softmax_int16 {
    const int16_t *exponentials, *reciprocals;
    int32_t rows, columns, mantissa, exponent;
};

RUNE_KERNEL void rune_softmax_of_int16(const int16_t *input, int16_t *output, const struct rune_softmax_int16 *softmax)
{
    const int32_t columns = softmax->columns;
    for (int32_t row = 0; row < softmax->rows; row++, input += columns, output += columns) {
        int32_t largest = INT16_MIN, bits = 0, scale;
        int32_t sum = 0;
        for (int32_t i = 0; i < columns; i++)
            largest = input[i] > largest ? input[i] : largest;
        for (int32_t i = 0; i < columns; i++) {
            const int32_t units = INT16_MAX + rune_rescale_twice_one(input[i] - largest, softmax->mantissa, softmax->exponent);
            output[i] = rune_looked_up(units < INT16_MIN ? INT16_MIN : units, softmax->exponentials);
            sum += output[i];
        }
        while (sum >> bits > 0)
            bits++;
        scale = (int32_t)(((((int64_t)sum << (31 - bits)) + (1 << 13)) >> 14) - (1 << 16) - (1 << 15));
        scale = rune_looked_up(scale > INT16_MAX ? INT16_MAX : scale, softmax->reciprocals);
        for (int32_t i = 0; i < columns; i++) {
            const int32_t share = (int32_t)(((int64_t)output[i] * scale + (INT64_C(1) << (bits - 2))) >> (bits - 1));
            output[i] = (int16_t)(share > INT16_MAX ? INT16_MAX : share);
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
