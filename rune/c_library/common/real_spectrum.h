/* The power spectrum of a row of real numbers in whole numbers: the same bits everywhere, and fast on cores without
 * doubles. After each stage, numbers are halved only where they would grow too long, so that weak rows keep their digits
 * (block floating point). */
#ifndef RUNE_REAL_SPECTRUM_H
#define RUNE_REAL_SPECTRUM_H

#include <stdint.h>

#include "language.h"
#include "rune_math.h"

struct rune_whole_complex {
    int32_t re, im;
};

enum { RUNE_SPECTRUM_BITS = 28 };
/* Before a stage each part is below 2^28, or the stage divides; after it a point is at most 2^28.5 from 0, and a row of
 * the spectrum of the reals, twice as large, fits 32 bits. */

/* Out of 30 fractional bits. */
RUNE_FUNCTION int32_t rune_spectrum_rounded(int64_t product) { return (int32_t)((product + (1 << 29)) >> 30); }

RUNE_FUNCTION struct rune_whole_complex rune_spectrum_turned(struct rune_whole_complex a, struct rune_whole_complex turn) {
    struct rune_whole_complex product = {
        rune_spectrum_rounded((int64_t)a.re * turn.re - (int64_t)a.im * turn.im),
        rune_spectrum_rounded((int64_t)a.re * turn.im + (int64_t)a.im * turn.re)};
    return product;
}

/* The bits in which a number differs from its sign. */
RUNE_FUNCTION uint32_t rune_spectrum_digits(struct rune_whole_complex point) {
    return (uint32_t)(point.re ^ point.re >> 31) | (uint32_t)(point.im ^ point.im >> 31);
}

/* A stage of two: points `length` apart. Gives the digits of all results. */
RUNE_FUNCTION uint32_t rune_spectrum_twos(struct rune_whole_complex *points, const struct rune_whole_complex *turns,
                                          int32_t size, int32_t length, int32_t shift) {
    uint32_t digits = 0;
    const int32_t half = size / 2, step = half / length;
    for (int32_t i = 0; i < length; ++i) {
        const struct rune_whole_complex turn = turns[i * step];
        for (int32_t at = i; at < half; at += 2 * length) {
            struct rune_whole_complex *low = points + at, *high = low + length;
            const struct rune_whole_complex moved = rune_spectrum_turned(*high, turn);
            high->re = (low->re - moved.re) >> shift;
            high->im = (low->im - moved.im) >> shift;
            low->re = (low->re + moved.re) >> shift;
            low->im = (low->im + moved.im) >> shift;
            digits |= rune_spectrum_digits(*low) | rune_spectrum_digits(*high);
        }
    }
    return digits;
}

/* One of the five results of a stage of five. */
RUNE_FUNCTION struct rune_whole_complex rune_spectrum_five(const struct rune_whole_complex *five,
                                                           const struct rune_whole_complex *turns, int32_t size,
                                                           int32_t angle, int32_t shift) {
    int64_t re = 0, im = 0;
    for (int32_t q = 0, at = 0; q < 5; ++q) {
        /* Half a turn further, both have the other sign. */
        const struct rune_whole_complex turn = turns[at < size / 2 ? at : at - size / 2];
        const int64_t a = (int64_t)five[q].re * turn.re - (int64_t)five[q].im * turn.im;
        const int64_t b = (int64_t)five[q].re * turn.im + (int64_t)five[q].im * turn.re;
        re += at < size / 2 ? a : -a;
        im += at < size / 2 ? b : -b;
        at = (at + angle) % size;
    }
    const int64_t half = (int64_t)1 << (29 + shift);
    struct rune_whole_complex result = {(int32_t)((re + half) >> (30 + shift)), (int32_t)((im + half) >> (30 + shift))};
    return result;
}

RUNE_FUNCTION uint32_t rune_spectrum_fives(struct rune_whole_complex *points, const struct rune_whole_complex *turns,
                                           int32_t size, int32_t length, int32_t shift) {
    uint32_t digits = 0;
    const int32_t half = size / 2, step = size / (5 * length);
    for (int32_t block = 0; block < half; block += 5 * length) {
        for (int32_t i = 0; i < length; ++i) {
            struct rune_whole_complex five[5];
            for (int32_t q = 0; q < 5; ++q) five[q] = points[block + q * length + i];
            for (int32_t r = 0; r < 5; ++r) {
                struct rune_whole_complex *out = points + block + r * length + i;
                *out = rune_spectrum_five(five, turns, size, (i + r * length) * step, shift);
                digits |= rune_spectrum_digits(*out);
            }
        }
    }
    return digits;
}

/* size: a power of two, or four times powers of two and five. points: size / 2 pairs of numbers, whose digits are
 * reversed, those of base five last in the transform; turns: size / 2 of cos and -sin of 2 pi k / size. Gives by how many bits the transform was
 * divided. */
RUNE_FUNCTION int32_t rune_spectrum_transform(struct rune_whole_complex *points, const struct rune_whole_complex *turns,
                                              int32_t size) {
    int32_t halvings = 0, rest = size / 2;
    uint32_t digits = 0;
    for (int32_t i = 0; i < size / 2; ++i) digits |= rune_spectrum_digits(points[i]);
    for (int32_t length = 1; length < size / 2;) {
        const int32_t is_two = rest % 2 == 0, radix = is_two ? 2 : 5;
        int32_t shift = rune_bit_length(digits) + (is_two ? 1 : 3) - RUNE_SPECTRUM_BITS;
        if (shift < 0) shift = 0;
        digits = is_two ? rune_spectrum_twos(points, turns, size, length, shift)
                        : rune_spectrum_fives(points, turns, size, length, shift);
        halvings += shift;
        length *= radix;
        rest /= radix;
    }
    return halvings;
}

RUNE_FUNCTION float rune_spectrum_square(struct rune_whole_complex row, uint64_t *total) {
    const uint64_t square = (uint64_t)((int64_t)row.re * row.re) + (uint64_t)((int64_t)row.im * row.im);
    *total += square >> 9;
    return (float)square;
}

/* power: f32[size / 2 + 1], the squares of twice the spectrum of the reals. Gives their sum. */
RUNE_FUNCTION float rune_spectrum_of_reals(const struct rune_whole_complex *points,
                                           const struct rune_whole_complex *turns, float *power, int32_t size) {
    const int32_t half = size / 2;
    const struct rune_whole_complex first = {2 * (points[0].re + points[0].im), 0};
    const struct rune_whole_complex last = {2 * (points[0].re - points[0].im), 0};
    uint64_t total = 0;
    power[0] = rune_spectrum_square(first, &total);
    power[half] = rune_spectrum_square(last, &total);
    for (int32_t k = 1; k < half; ++k) {
        const struct rune_whole_complex a = points[k], b = points[half - k];
        const struct rune_whole_complex odd = {a.im + b.im, b.re - a.re}, moved = rune_spectrum_turned(odd, turns[k]);
        const struct rune_whole_complex row = {a.re + b.re + moved.re, a.im - b.im + moved.im};
        power[k] = rune_spectrum_square(row, &total);
    }
    return RUNE_PRODUCT_F32((float)total, 512.0f);
}

#endif
