/* TFLite Micro's audio frontend in whole numbers: window, transform, bands, noise reduction, gain, logarithm.
 * Tables come from the build (micro_frontend.py). */
#ifndef RUNE_MICRO_FRONTEND_H
#define RUNE_MICRO_FRONTEND_H

#include <stdint.h>

#include "language.h"
#include "noise_gain.h"
#include "rune_math.h"

struct rune_micro_point {
    int16_t re, im;
};

struct rune_micro_band {
    int32_t first, count;
};

/* Weights of a row for its band and for the next one, in parts of 4096. */
struct rune_micro_weight {
    int16_t own, next;
};

struct rune_micro {
    int32_t frame, step, size, frames, bands;
};

struct rune_micro_tables {
    const struct rune_micro *plan;
    const int16_t *window;
    const struct rune_micro_point *turns, *half_turns;
    const struct rune_micro_band *bands;
    const struct rune_micro_weight *weights;
    const int16_t *gains;
    const int32_t *logs;
};

enum { RUNE_MICRO_EVEN = 409, RUNE_MICRO_ODD = 983, RUNE_MICRO_LEAST = 819 }; /* 0.025, 0.06, 0.05 of 16384 */

/* Out of 30 fractional bits into 15, halves upwards; what does not fit wraps around. */
RUNE_FUNCTION int16_t rune_micro_rounded(int32_t product) { return (int16_t)((product + 16384) >> 15); }

RUNE_FUNCTION struct rune_micro_point rune_micro_divided(struct rune_micro_point point, int32_t part) {
    struct rune_micro_point out = {rune_micro_rounded(point.re * part), rune_micro_rounded(point.im * part)};
    return out;
}

RUNE_FUNCTION struct rune_micro_point rune_micro_times(struct rune_micro_point a, struct rune_micro_point b) {
    const uint32_t re = (uint32_t)(a.re * b.re) - (uint32_t)(a.im * b.im);
    const uint32_t im = (uint32_t)(a.re * b.im) + (uint32_t)(a.im * b.re);
    struct rune_micro_point out = {rune_micro_rounded((int32_t)re), rune_micro_rounded((int32_t)im)};
    return out;
}

RUNE_FUNCTION struct rune_micro_point rune_micro_plus(struct rune_micro_point a, struct rune_micro_point b) {
    struct rune_micro_point out = {(int16_t)(a.re + b.re), (int16_t)(a.im + b.im)};
    return out;
}

RUNE_FUNCTION struct rune_micro_point rune_micro_minus(struct rune_micro_point a, struct rune_micro_point b) {
    struct rune_micro_point out = {(int16_t)(a.re - b.re), (int16_t)(a.im - b.im)};
    return out;
}

/* The position of number i before the transform: its digits reversed, in base 4, the last digit in base 2 where the
 * size needs it. */
RUNE_FUNCTION int32_t rune_micro_place(int32_t i, int32_t count) {
    int32_t place = 0;
    while (count > 1) {
        const int32_t radix = count % 4 == 0 ? 4 : 2;
        count /= radix;
        place += i % radix * count;
        i /= radix;
    }
    return place;
}

/* Decimation in time: a stage of two where the digits ask for it, then stages of four; each divides by its radix. */
RUNE_FUNCTION void rune_micro_transform(struct rune_micro_point *points, const struct rune_micro_point *turns,
                                        int32_t count) {
    int32_t length = 1;
    for (int32_t rest = count; rest > 1; rest /= 4) {
        if (rest % 4 == 0) continue;
        for (int32_t i = 0; i < count; i += 2) {
            const struct rune_micro_point a = rune_micro_divided(points[i], 16383);
            const struct rune_micro_point b = rune_micro_times(rune_micro_divided(points[i + 1], 16383), turns[0]);
            points[i] = rune_micro_plus(a, b);
            points[i + 1] = rune_micro_minus(a, b);
        }
        length = 2;
    }
    for (; length < count; length *= 4) {
        const int32_t step = count / (4 * length);
        for (int32_t block = 0; block < count; block += 4 * length) {
            for (int32_t i = 0; i < length; ++i) {
                struct rune_micro_point *out = points + block + i;
                const struct rune_micro_point a = rune_micro_divided(out[0], 8191);
                const struct rune_micro_point b = rune_micro_times(rune_micro_divided(out[length], 8191), turns[i * step]);
                const struct rune_micro_point c =
                    rune_micro_times(rune_micro_divided(out[2 * length], 8191), turns[2 * i * step]);
                const struct rune_micro_point d =
                    rune_micro_times(rune_micro_divided(out[3 * length], 8191), turns[3 * i * step]);
                const struct rune_micro_point low = rune_micro_minus(a, c), high = rune_micro_plus(a, c);
                const struct rune_micro_point sum = rune_micro_plus(b, d), difference = rune_micro_minus(b, d);
                const struct rune_micro_point turned = {difference.im, (int16_t)-difference.re};
                out[0] = rune_micro_plus(high, sum);
                out[length] = rune_micro_plus(low, turned);
                out[2 * length] = rune_micro_minus(high, sum);
                out[3 * length] = rune_micro_minus(low, turned);
            }
        }
    }
}

/* The energy of one row of the spectrum of real numbers, out of the transform of half their count. */
RUNE_FUNCTION uint32_t rune_micro_energy(const struct rune_micro_point *points, const struct rune_micro_point *half_turns,
                                         int32_t half, int32_t row) {
    const int32_t k = row <= half - row ? row : half - row;
    int32_t re, im;
    if (k == 0) {
        const struct rune_micro_point first = rune_micro_divided(points[0], 16383);
        re = (int16_t)(row == 0 ? first.re + first.im : first.re - first.im);
        im = 0;
    } else {
        const struct rune_micro_point mirrored = {points[half - k].re, (int16_t)-points[half - k].im};
        const struct rune_micro_point a = rune_micro_divided(points[k], 16383), b = rune_micro_divided(mirrored, 16383);
        const struct rune_micro_point sum = rune_micro_plus(a, b);
        const struct rune_micro_point moved = rune_micro_times(rune_micro_minus(a, b), half_turns[k]);
        const int is_upper = row >= half - k;
        re = (is_upper ? sum.re - moved.re : sum.re + moved.re) >> 1;
        im = (is_upper ? moved.im - sum.im : sum.im + moved.im) >> 1;
    }
    return (uint32_t)(re * re) + (uint32_t)(im * im);
}

/* The root, rounded to the nearest; of a number of 32 bits it stays within 16. */
RUNE_FUNCTION uint32_t rune_micro_root(uint64_t number) {
    uint64_t rest = number, root = 0, bit = (uint64_t)1 << 62;
    while (bit > rest) bit >>= 2;
    for (; bit != 0; bit >>= 2) {
        if (rest >= root + bit) {
            rest -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    const uint64_t most = number >> 32 ? 0xFFFFFFFFu : 0xFFFFu;
    return (uint32_t)(rest > root && root != most ? root + 1 : root);
}

/* 64 times the natural logarithm, by a line for each 128th of an octave. */
RUNE_FUNCTION uint32_t rune_micro_log(uint32_t value, const int32_t *logs) {
    const int32_t whole = rune_bit_length(value) - 1;
    uint32_t fraction = value - ((uint32_t)1 << whole);
    fraction = whole < 16 ? fraction << (16 - whole) : fraction >> (whole - 16);
    const int32_t segment = (int32_t)(fraction >> 9), beyond = (int32_t)fraction - 512 * segment;
    const int32_t bent = ((logs[segment + 1] - logs[segment]) * beyond) >> 16;
    const uint32_t log2 = ((uint32_t)whole << 16) + fraction + (uint32_t)(logs[segment] + bent);
    const uint32_t natural = (uint32_t)(((uint64_t)45426 * log2 + 32768) >> 16);
    const uint32_t scaled = ((natural << 6) + 32768) >> 16;
    return scaled < 65535 ? scaled : 65535;
}

/* A band's value without its noise, at an even loudness. Moves the estimate of the noise on. */
RUNE_FUNCTION uint32_t rune_micro_cleaned(uint32_t value, uint32_t *estimate, uint32_t smoothing, const int16_t *gains) {
    const uint32_t scaled = value << 10;
    *estimate = (uint32_t)(((uint64_t)scaled * smoothing + (uint64_t)*estimate * (16384 - smoothing)) >> 14);
    const uint32_t taken = *estimate < scaled ? *estimate : scaled;
    const uint32_t floor = (uint32_t)(((uint64_t)value * RUNE_MICRO_LEAST) >> 14);
    uint32_t cleaned = (scaled - taken) >> 10;
    if (cleaned < floor) cleaned = floor;
    return rune_noise_evened(cleaned, *estimate, gains, 6);
}

/* One frame; points: size / 2; estimates: one of each band, or 0 to leave the noise in; out: u16 of each band. */
RUNE_FUNCTION void rune_micro_frame(const int16_t *sound, struct rune_micro_tables tables, struct rune_micro_point *points,
                                    uint32_t *estimates, uint16_t *out) {
    const struct rune_micro *plan = tables.plan;
    const int32_t half = plan->size / 2;
    int16_t most = 0;
    for (int32_t i = 0; i < plan->frame; ++i) {
        int16_t value = (int16_t)((sound[i] * tables.window[i]) >> 12);
        if (value < 0) value = (int16_t)-value;
        if (value > most) most = value;
    }
    const int32_t shift = 15 - rune_bit_length((uint32_t)most);
    for (int32_t i = 0; i < plan->size; ++i) {
        const int32_t value = i < plan->frame ? (sound[i] * tables.window[i]) >> 12 : 0;
        struct rune_micro_point *point = points + rune_micro_place(i / 2, half);
        const int16_t raised = (int16_t)(uint16_t)((uint32_t)value << shift);
        if (i % 2 == 0) point->re = raised;
        else point->im = raised;
    }
    rune_micro_transform(points, tables.turns, half);

    const struct rune_micro_weight *weight = tables.weights;
    uint64_t own = 0, next = 0;
    for (int32_t band = 0; band <= plan->bands; ++band) {
        const int32_t first = tables.bands[band].first;
        for (int32_t row = first; row < first + tables.bands[band].count; ++row, ++weight) {
            const uint64_t energy = rune_micro_energy(points, tables.half_turns, half, row);
            own += (uint64_t)weight->own * energy;
            next += (uint64_t)weight->next * energy;
        }
        if (band > 0) {
            const uint32_t value = rune_micro_root(own) >> shift;
            const uint32_t smoothing = band % 2 ? RUNE_MICRO_EVEN : RUNE_MICRO_ODD;
            const uint32_t heard =
                (estimates ? rune_micro_cleaned(value, estimates + band - 1, smoothing, tables.gains) : value) << 3;
            out[band - 1] = (uint16_t)(heard > 1 ? rune_micro_log(heard, tables.logs) : 0);
        }
        own = next;
        next = 0;
    }
}

#endif
