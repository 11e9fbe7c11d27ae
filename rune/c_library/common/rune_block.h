/* The arithmetic of blocks in Python: whole numbers of 64 bits with a sign of overflow, and Python's way of dividing.
 * Each function that can overflow returns whether it did. No operation of C is used where it has no meaning. */
#ifndef RUNE_BLOCK_H
#define RUNE_BLOCK_H

#include <stdint.h>

#include "language.h"

RUNE_FUNCTION int rune_block_add(int64_t left, int64_t right, int64_t *result) {
    *result = (int64_t)((uint64_t)left + (uint64_t)right);
    return ((left ^ *result) & (right ^ *result)) < 0;
}

RUNE_FUNCTION int rune_block_subtract(int64_t left, int64_t right, int64_t *result) {
    *result = (int64_t)((uint64_t)left - (uint64_t)right);
    return ((left ^ right) & (left ^ *result)) < 0;
}

RUNE_FUNCTION int rune_block_multiply(int64_t left, int64_t right, int64_t *result) {
    if (left == (int32_t)left && right == (int32_t)right) {
        *result = left * right;
        return 0;
    }
    const int negative = (left < 0) != (right < 0);
    const uint64_t one = left < 0 ? 0 - (uint64_t)left : (uint64_t)left;
    const uint64_t other = right < 0 ? 0 - (uint64_t)right : (uint64_t)right;
    const uint64_t most = ((uint64_t)1 << 63) - !negative;
    *result = (int64_t)((uint64_t)left * (uint64_t)right);
    return one != 0 && other > most / one;
}

/* Towards minus infinity. The divisor is not 0. */
RUNE_FUNCTION int rune_block_floor_divide(int64_t left, int64_t right, int64_t *result) {
    if (right == -1) return rune_block_subtract(0, left, result);
    *result = left / right - (left % right != 0 && (left < 0) != (right < 0));
    return 0;
}

/* With the sign of the divisor, which is not 0. */
RUNE_FUNCTION int64_t rune_block_modulo(int64_t left, int64_t right) {
    if (right == -1) return 0;
    const int64_t rest = left % right;
    return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest;
}

/* The same for numbers of 32 bits, whose quotient has as many. */
RUNE_FUNCTION int32_t rune_block_floor_divide_32(int32_t left, int32_t right) {
    return left / right - (left % right != 0 && (left < 0) != (right < 0));
}

RUNE_FUNCTION int32_t rune_block_modulo_32(int32_t left, int32_t right) {
    if (right == -1) return 0;
    const int32_t rest = left % right;
    return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest;
}

/* The exponent is not negative. */
RUNE_FUNCTION int rune_block_power(int64_t base, int64_t exponent, int64_t *result) {
    int64_t value = 1;
    if (base == 0 || base == 1 || base == -1) {
        *result = exponent == 0 ? 1 : base == -1 && (exponent & 1) == 0 ? 1 : base;
        return 0;
    }
    if (exponent > 63) return 1;
    for (int64_t i = 0; i < exponent; ++i)
        if (rune_block_multiply(value, base, &value)) return 1;
    *result = value;
    return 0;
}

/* The count of a shift is not negative. */
RUNE_FUNCTION int64_t rune_block_shift_right(int64_t value, int64_t count) {
    const int bits = count > 63 ? 63 : (int)count;
    return value < 0 ? ~(~value >> bits) : value >> bits;
}

RUNE_FUNCTION int rune_block_shift_left(int64_t value, int64_t count, int64_t *result) {
    *result = 0;
    if (value == 0) return 0;
    if (count > 63) return 1;
    *result = (int64_t)((uint64_t)value << (int)count);
    return rune_block_shift_right(*result, count) != value;
}

/* A limit of a slice, as Python takes it. */
RUNE_FUNCTION int32_t rune_block_limit(int64_t limit, int32_t length) {
    if (limit < 0) limit = limit < -(int64_t)length ? 0 : limit + length;
    return limit > length ? length : (int32_t)limit;
}

#endif
