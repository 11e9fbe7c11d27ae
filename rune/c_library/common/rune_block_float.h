/* The floats of blocks in Python: division and remainder as Python computes them, and the ways to whole numbers. */
#ifndef RUNE_BLOCK_FLOAT_H
#define RUNE_BLOCK_FLOAT_H

#include <stdint.h>

#include "language.h"
#include "rune_math.h"

RUNE_FUNCTION double rune_block_copysign(double size, double sign) {
    return rune_f64_from_bits((rune_f64_bits(size) & 0x7FFFFFFFFFFFFFFFu) | (rune_f64_bits(sign) & 0x8000000000000000u));
}

/* With the sign of the divisor, which is not 0. */
RUNE_FUNCTION double rune_block_float_modulo(double left, double right) {
    double rest = rune_fmod(left, right);
    if (rest == 0.0) return rune_block_copysign(0.0, right);
    return (right < 0.0) != (rest < 0.0) ? rest + right : rest;
}

/* Towards minus infinity; the divisor is not 0. */
RUNE_FUNCTION double rune_block_float_floor_divide(double left, double right) {
    double rest = rune_fmod(left, right);
    double quotient = (left - rest) / right;
    if (rest != 0.0 && (right < 0.0) != (rest < 0.0)) quotient -= 1.0;
    if (quotient == 0.0) return rune_block_copysign(0.0, left / right);
    double whole = rune_floor(quotient);
    return quotient - whole > 0.5 ? whole + 1.0 : whole;
}

/* Whether a number has a whole part of 64 bits. */
RUNE_FUNCTION int rune_block_is_within(double value) {
    return value >= -9223372036854775808.0 && value < 9223372036854775808.0;
}

/* Those of numbers with such a part. */
RUNE_FUNCTION int64_t rune_block_floor(double value) {
    int64_t whole = (int64_t)value;
    return (double)whole > value ? whole - 1 : whole;
}

RUNE_FUNCTION int64_t rune_block_ceil(double value) {
    int64_t whole = (int64_t)value;
    return (double)whole < value ? whole + 1 : whole;
}

/* Halves to the even neighbour. */
RUNE_FUNCTION int64_t rune_block_round(double value) {
    int64_t whole = rune_block_floor(value);
    double rest = value - (double)whole;
    return rest > 0.5 || (rest == 0.5 && (whole & 1)) ? whole + 1 : whole;
}

#endif
