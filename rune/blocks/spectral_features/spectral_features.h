/* The block spectral_features: moments and spectrum of each channel, in f64; the mean is subtracted first. */
#ifndef RUNE_BLOCK_SPECTRAL_FEATURES_H
#define RUNE_BLOCK_SPECTRAL_FEATURES_H

#include "rune.h"
#include "rune_math.h"
#include "spectrum.h"

/* RMS, skewness and excess kurtosis of what moves; of a signal that stays the same all are 0. */
RUNE_FUNCTION void rune_spectral_moments(const float *in, float *out, double mean, int32_t samples, int32_t channels) {
    double second = 0.0, third = 0.0, fourth = 0.0;
    for (int32_t t = 0; t < samples; ++t) {
        const double x = (double)in[t * channels] - mean, square = RUNE_PRODUCT(x, x);
        second += square;
        third += RUNE_PRODUCT(square, x);
        fourth += RUNE_PRODUCT(square, square);
    }
    second /= (double)samples;
    third /= (double)samples;
    fourth /= (double)samples;
    const double spread = rune_sqrt(second);
    out[0] = rune_one_nan_f32((float)spread);
    out[1] = spread == 0.0 ? 0.0f : rune_one_nan_f32((float)(third / RUNE_PRODUCT(second, spread)));
    out[2] = spread == 0.0 ? 0.0f : rune_one_nan_f32((float)(fourth / RUNE_PRODUCT(second, second) - 3.0));
}

/* The greatest rows that are above their neighbours: frequency and power, the greatest first, the lower of equal ones. */
RUNE_FUNCTION void rune_spectral_peaks(const double *power, float *out, int32_t last, int32_t peaks, double step) {
    double before = RUNE_INFINITY;
    int32_t before_row = 0;
    for (int32_t peak = 0; peak < peaks; ++peak, out += 2) {
        int32_t best = 0;
        for (int32_t row = 1; row < last; ++row) {
            const int is_peak = power[row] > power[row - 1] && power[row] >= power[row + 1];
            const int is_next = power[row] < before || (power[row] == before && row > before_row);
            if (is_peak && is_next && (best == 0 || power[row] > power[best])) best = row;
        }
        out[0] = (float)RUNE_PRODUCT((double)best, step);
        out[1] = best == 0 ? 0.0f : (float)power[best];
        if (best == 0) before = -1.0; /* none is left */
        else before = power[best];
        before_row = best;
    }
}

/* scale makes a square of the transform a power for each hertz. */
RUNE_FUNCTION void rune_spectral_features(const float *in, float *out, void *scratch, const void *window_table,
                                          const void *turns, const void *row_table, int32_t samples, int32_t channels,
                                          int32_t size, int32_t peaks, int32_t bands, double step, double scale) {
    double *values = (double *)scratch, *power = values + size;
    const double *window = (const double *)window_table;
    const int32_t *rows = (const int32_t *)row_table, half = size / 2;
    for (int32_t channel = 0; channel < channels; ++channel, ++in) {
        double sum = 0.0;
        for (int32_t t = 0; t < samples; ++t) sum += (double)in[t * channels];
        const double mean = sum / (double)samples;
        rune_spectral_moments(in, out, mean, samples, channels);
        for (int32_t t = 0; t < size; ++t)
            values[rune_spectrum_place(t, size)] =
                t < samples ? RUNE_PRODUCT((double)in[t * channels] - mean, window[t]) : 0.0;
        rune_spectrum_power(values, (const double *)turns, power, size);
        for (int32_t row = 0; row <= half; ++row)
            power[row] = RUNE_PRODUCT(power[row], row == 0 || row == half ? scale : 2.0 * scale);
        rune_spectral_peaks(power, out + 3, half, peaks, step);
        out += 3 + 2 * peaks;
        for (int32_t band = 0; band < bands; ++band) {
            double total = 0.0;
            for (int32_t row = rows[band]; row < rows[band + 1]; ++row) total += power[row];
            *out++ = rune_one_nan_f32((float)RUNE_PRODUCT(total, step));
        }
    }
}

#endif
