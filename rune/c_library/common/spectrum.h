/* The power spectrum of a row of real numbers, in f64: what the blocks for sound and motion share. */
#ifndef RUNE_SPECTRUM_H
#define RUNE_SPECTRUM_H

#include <stdint.h>

#include "language.h"

struct rune_complex {
    double re, im;
};

RUNE_FUNCTION struct rune_complex rune_complex_product(struct rune_complex a, struct rune_complex b) {
    struct rune_complex product = {RUNE_PRODUCT(a.re, b.re) - RUNE_PRODUCT(a.im, b.im),
                                   RUNE_PRODUCT(a.re, b.im) + RUNE_PRODUCT(a.im, b.re)};
    return product;
}

/* The position of number i of a row of `size` real numbers before the transform: pairs are complex points,
 * in bit-reversed order. */
RUNE_FUNCTION int32_t rune_spectrum_place(int32_t i, int32_t size) {
    int32_t place = 0, rest = i >> 1;
    for (int32_t bit = size >> 2; bit > 0; bit >>= 1, rest >>= 1)
        if (rest & 1) place |= bit;
    return 2 * place + (i & 1);
}

/* values: f64[size], placed as above, destroyed; turns: size / 2 of cos and -sin of 2 pi k / size; power: f64[size/2 + 1].
 * A transform of half the size, decimation in time, radix 2, then the split into the spectrum of real numbers. */
RUNE_FUNCTION void rune_spectrum_power(double *values, const double *turns, double *power, int32_t size) {
    struct rune_complex *points = (struct rune_complex *)(void *)values;
    const struct rune_complex *turn = (const struct rune_complex *)(const void *)turns;
    const int32_t half = size / 2;
    for (int32_t length = 2; length <= half; length *= 2) {
        const int32_t step = size / length;
        for (int32_t block = 0; block < half; block += length) {
            for (int32_t i = 0; i < length / 2; ++i) {
                struct rune_complex *low = points + block + i, *high = low + length / 2;
                struct rune_complex moved = rune_complex_product(*high, turn[i * step]);
                high->re = low->re - moved.re;
                high->im = low->im - moved.im;
                low->re += moved.re;
                low->im += moved.im;
            }
        }
    }
    const double first = points[0].re + points[0].im, last = points[0].re - points[0].im;
    power[0] = first * first;
    power[half] = last * last;
    for (int32_t k = 1; k < half; ++k) {
        const struct rune_complex a = points[k], b = points[half - k];
        struct rune_complex even = {(a.re + b.re) * 0.5, (a.im - b.im) * 0.5};
        struct rune_complex odd = {(a.im + b.im) * 0.5, (b.re - a.re) * 0.5};
        odd = rune_complex_product(odd, turn[k]);
        even.re += odd.re;
        even.im += odd.im;
        power[k] = RUNE_PRODUCT(even.re, even.re) + RUNE_PRODUCT(even.im, even.im);
    }
}

/* The same for a size that is a multiple of 4 and no power of two: values in their order, and each row by itself. */
RUNE_FUNCTION void rune_spectrum_power_by_rows(const double *values, const double *turns, double *power, int32_t size) {
    const struct rune_complex *turn = (const struct rune_complex *)(const void *)turns;
    const int32_t half = size / 2;
    for (int32_t row = 0; row <= half; ++row) {
        struct rune_complex sum = {0.0, 0.0};
        for (int32_t k = 0, at = 0; k < size; ++k) {
            /* Half a turn further, both have the other sign. */
            const struct rune_complex factor = turn[at < half ? at : at - half];
            const double value = at < half ? values[k] : -values[k];
            sum.re += RUNE_PRODUCT(value, factor.re);
            sum.im += RUNE_PRODUCT(value, factor.im);
            at += row;
            if (at >= size) at -= size;
        }
        power[row] = RUNE_PRODUCT(sum.re, sum.re) + RUNE_PRODUCT(sum.im, sum.im);
    }
}

#endif
