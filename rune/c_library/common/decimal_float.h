/*
 * Decimal text as the nearest number of floating point, ties to even: exact, by numbers as long as they need be. What
 * it reads is what Rust's `parse` does: 1, -2.5, .5, 5., 1e-7, inf, infinity, nan, in any case, with a sign or without.
 */
#ifndef RUNE_DECIMAL_FLOAT_H
#define RUNE_DECIMAL_FLOAT_H

#include "rune.h"

/* A format of IEEE 754: bits of the significand with the one in front, the least and the greatest exponent. */
struct rune_float_format {
    int32_t digits, least, greatest;
};
static const struct rune_float_format rune_binary32 = {24, -126, 127};
static const struct rune_float_format rune_binary64 = {53, -1022, 1023};

/* A natural number in base 2^32, lowest word first. 800 digits and a power of ten of 1200 have less than 200 words. */
#define RUNE_LONG_WORDS 220
#define RUNE_LONG_DIGITS 800
struct rune_long {
    uint32_t words[RUNE_LONG_WORDS];
    int32_t count;
};

RUNE_FUNCTION void rune_long_multiply(struct rune_long *number, uint32_t factor, uint32_t more) {
    uint64_t carry = more;
    for (int32_t i = 0; i < number->count; ++i) {
        carry += (uint64_t)number->words[i] * factor;
        number->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry && number->count < RUNE_LONG_WORDS) number->words[number->count++] = (uint32_t)carry;
}

RUNE_FUNCTION void rune_long_times_ten(struct rune_long *number, int32_t power) {
    for (; power >= 9; power -= 9) rune_long_multiply(number, 1000000000, 0);
    for (; power > 0; --power) rune_long_multiply(number, 10, 0);
}

RUNE_FUNCTION void rune_long_shift(struct rune_long *number, int32_t bits) {
    for (; bits >= 31; bits -= 31) rune_long_multiply(number, UINT32_C(1) << 31, 0);
    rune_long_multiply(number, UINT32_C(1) << bits, 0);
}

RUNE_FUNCTION int32_t rune_long_bits(const struct rune_long *number) {
    uint32_t top = number->words[number->count - 1];
    int32_t bits = (number->count - 1) * 32;
    for (; top; top >>= 1) ++bits;
    return bits;
}

RUNE_FUNCTION int rune_long_compare(const struct rune_long *left, const struct rune_long *right) {
    if (left->count != right->count) return left->count > right->count ? 1 : -1;
    for (int32_t i = left->count - 1; i >= 0; --i)
        if (left->words[i] != right->words[i]) return left->words[i] > right->words[i] ? 1 : -1;
    return 0;
}

RUNE_FUNCTION void rune_long_subtract(struct rune_long *left, const struct rune_long *right) {
    uint64_t borrow = 0;
    for (int32_t i = 0; i < left->count; ++i) {
        uint64_t taken = (i < right->count ? right->words[i] : 0) + borrow;
        borrow = left->words[i] < taken;
        left->words[i] = (uint32_t)(left->words[i] - taken);
    }
    while (left->count && left->words[left->count - 1] == 0) --left->count;
}

/* The bits of above / below, both above zero; `above` and `below` are used up. */
RUNE_FUNCTION uint64_t rune_long_quotient(struct rune_long *above, struct rune_long *below,
                                          const struct rune_float_format *format) {
    int32_t fields = format->digits - 1, power = rune_long_bits(above) - rune_long_bits(below);
    uint64_t quotient = 0, infinity = (uint64_t)(2 * format->greatest + 1) << fields;
    if (power > 0) rune_long_shift(below, power);
    if (power < 0) rune_long_shift(above, -power);
    if (rune_long_compare(above, below) < 0) {
        rune_long_multiply(above, 2, 0);
        --power;
    }
    /* above / below is from 1 to 2 now, times 2^power. Numbers below the least exponent have fewer bits. */
    int32_t digits = power < format->least ? format->digits - (format->least - power) : format->digits;
    if (power > format->greatest) return infinity;
    if (digits < 0) return 0;
    for (int32_t i = 0; i < digits; ++i) {
        quotient <<= 1;
        if (rune_long_compare(above, below) >= 0) {
            rune_long_subtract(above, below);
            quotient |= 1;
        }
        if (above->count) rune_long_multiply(above, 2, 0);
    }
    int order = rune_long_compare(above, below);
    quotient += order > 0 || (order == 0 && (quotient & 1));
    /* The one in front adds one to the exponent's field; so does a carry out of the significand. */
    int32_t field = power < format->least ? 0 : power - format->least;
    return ((uint64_t)field << fields) + quotient;
}

/* Whether the rest of a text is a word of small letters, in any case. */
RUNE_FUNCTION int rune_decimal_is(const unsigned char *text, uint32_t size, const char *word) {
    uint32_t i = 0;
    for (; i < size && word[i]; ++i)
        if ((text[i] | 0x20) != (unsigned char)word[i]) return 0;
    return i == size && word[i] == 0;
}

/* The digits of a number as it is read; those beyond the longest count only in that they are not all zeros. */
RUNE_FUNCTION void rune_decimal_digit(struct rune_long *number, uint32_t digit, int32_t *digits, int32_t *power,
                                      int *is_more) {
    if (*digits == 0 && digit == 0) return;
    if (*digits == RUNE_LONG_DIGITS) {
        *is_more |= digit != 0;
        ++*power;
        return;
    }
    ++*digits;
    rune_long_multiply(number, 10, digit);
}

/* The number as bits of the format; 0 where the text is not a number. */
RUNE_FUNCTION int rune_decimal_float(const unsigned char *text, uint32_t size, const struct rune_float_format *format,
                                     uint64_t *bits) {
    struct rune_long above = {{0}, 0}, below = {{1}, 1};
    int32_t fields = format->digits - 1, digits = 0, power = 0, exponent = 0;
    int is_more = 0, is_number = 0, is_negative = size > 0 && text[0] == '-';
    uint32_t at = size > 0 && (text[0] == '-' || text[0] == '+');
    uint64_t infinity = (uint64_t)(2 * format->greatest + 1) << fields;
    uint64_t sign = (uint64_t)is_negative << (format->digits == 24 ? 31 : 63);
    if (rune_decimal_is(text + at, size - at, "inf") || rune_decimal_is(text + at, size - at, "infinity")) {
        *bits = sign | infinity;
        return 1;
    }
    if (rune_decimal_is(text + at, size - at, "nan")) {
        *bits = sign | infinity | (uint64_t)1 << (fields - 1);
        return 1;
    }
    for (; at < size && text[at] >= '0' && text[at] <= '9'; ++at, is_number = 1)
        rune_decimal_digit(&above, text[at] - (uint32_t)'0', &digits, &power, &is_more);
    if (at < size && text[at] == '.') {
        for (++at; at < size && text[at] >= '0' && text[at] <= '9'; ++at, is_number = 1) {
            rune_decimal_digit(&above, text[at] - (uint32_t)'0', &digits, &power, &is_more);
            --power;
        }
    }
    if (!is_number) return 0;
    if (at < size && (text[at] | 0x20) == 'e') {
        int is_small = ++at < size && text[at] == '-';
        if (at < size && (text[at] == '-' || text[at] == '+')) ++at;
        if (at == size) return 0;
        for (; at < size && text[at] >= '0' && text[at] <= '9'; ++at)
            exponent = exponent < 100000000 ? exponent * 10 + (text[at] - '0') : exponent;
        if (is_small) exponent = -exponent;
    }
    if (at != size) return 0;
    power += exponent;
    *bits = sign;
    if (digits == 0 || digits + power < -400) return 1;
    if (digits + power > 400) {
        *bits |= infinity;
        return 1;
    }
    if (is_more) {
        rune_long_multiply(&above, 10, 1);
        --power;
    }
    rune_long_times_ten(power > 0 ? &above : &below, power > 0 ? power : -power);
    *bits |= rune_long_quotient(&above, &below, format);
    return 1;
}

#endif
