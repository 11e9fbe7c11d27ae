/*
 * The logistic function and the hyperbolic tangent of numbers of 16 bits, in the arithmetic of TFLite's LSTM (gemmlowp):
 * Qm.n is an integer in units of 2^-n. Numbers are held in 32 bits, which none of them leaves. Shifts to the right keep
 * the sign. `rune/compiler/anvil/ops/numbers/functions_int16.py` has the same in NumPy.
 */
#ifndef RUNE_FUNCTIONS_INT16_H
#define RUNE_FUNCTIONS_INT16_H

#include <stdint.h>

#include "language.h"

RUNE_FUNCTION int32_t rune_saturate_int16(int32_t value)
{
    return value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value;
}

/* Shifted right by `bits`, rounded to nearest, halves away from zero. `bits` is from 1 to 30. */
RUNE_FUNCTION int32_t rune_rounded_shift(int32_t value, int32_t bits)
{
    return (int32_t)(((int64_t)value + (INT64_C(1) << (bits - 1)) - (value < 0)) >> bits);
}

/* The product of Q0.15 numbers, rounded to nearest, halves away from zero. */
RUNE_FUNCTION int32_t rune_product_int16(int32_t left, int32_t right)
{
    const int32_t product = left * right;
    return (product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15);
}

/* e^value as Q0.15, for a number that is not above zero and has so many bits before the point, at most 7. */
RUNE_FUNCTION int32_t rune_exp_int16(int32_t value, int32_t integer_bits)
{
    static const int16_t factors[7] = {25520, 19875, 12055, 4435, 600, 11, 0}; /* e^-(2^-2), e^-(2^-1), ... */
    const int32_t places = 15 - integer_bits, quarter = 1 << (places - 2);
    const int32_t rest = (value & (quarter - 1)) - quarter, whole = rest - value;
    const int32_t x = rest * (1 << integer_bits) + (1 << 12); /* from -1/8: the series is around it */
    const int32_t x2 = rune_product_int16(x, x), x3 = rune_product_int16(x2, x), x4 = rune_product_int16(x2, x2);
    const int32_t series = rune_rounded_shift(rune_product_int16(rune_rounded_shift(x4, 2) + x3, 10923) + x2, 1);
    int32_t result = rune_saturate_int16(28918 + rune_product_int16(28918, x + series));
    if (value == 0)
        return INT16_MAX;
    for (int32_t i = 0; i < integer_bits + 2; i++)
        if (whole & (1 << (places - 2 + i)))
            result = i < 7 ? rune_product_int16(result, factors[i]) : result;
    return integer_bits > 5 && value < -(1 << (20 - integer_bits)) ? 0 : result;
}

/* 2 / (1 + fraction) as Q2.13, for a Q0.15 number that is not below zero. */
RUNE_FUNCTION int32_t rune_newton_int16(int32_t fraction)
{
    const int32_t half = (fraction + (1 << 15)) >> 1;
    int32_t x = 23130 + rune_product_int16(half, -15420);
    for (int32_t i = 0; i < 3; i++)
        x += rune_product_int16(x, (1 << 13) - rune_product_int16(half, x)) * 4;
    return x;
}

/* 1 / (1 + e^-x) as Q0.15 of a Q3.12 number. */
RUNE_FUNCTION int32_t rune_logistic_int16(int32_t value)
{
    const int32_t above = rune_saturate_int16(rune_newton_int16(rune_exp_int16(value > 0 ? -value : value, 3)) * 2);
    return value == 0 ? 1 << 14 : value > 0 ? above : INT16_MAX - above;
}

/* The hyperbolic tangent as Q0.15, for a number with so many bits before the point, at most 6. */
RUNE_FUNCTION int32_t rune_tanh_int16(int32_t value, int32_t integer_bits)
{
    const int32_t shrunk = rune_exp_int16(value > 0 ? -value : value, integer_bits + 1);
    const int32_t above = rune_saturate_int16((rune_newton_int16(shrunk) - (1 << 13)) * 4);
    return value == 0 ? 0 : value > 0 ? above : -above;
}

#endif
