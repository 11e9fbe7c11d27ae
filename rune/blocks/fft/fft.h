/* The block fft: 49 frames of a sound, their power spectra, 40 mel bands, scaled to 0..65536.
 * The order of the operations is part of the definition; the tables come from the build (tables.py). */
#ifndef RUNE_BLOCK_FFT_H
#define RUNE_BLOCK_FFT_H

#include "rune.h"
#include "rune_math.h"

enum { RUNE_FFT_FRAMES = 49, RUNE_FFT_BANDS = 40 };

struct rune_fft_complex {
    float re, im;
};

struct rune_fft_span {
    uint16_t first, count;
};

/* Decimation in time, radix 2, in place; the points were stored in bit-reversed order. */
RUNE_FUNCTION void rune_fft_transform(struct rune_fft_complex *points, uint32_t size,
                                      const struct rune_fft_complex *twiddle) {
    for (uint32_t length = 2; length <= size; length *= 2) {
        uint32_t half = length / 2;
        for (uint32_t block = 0; block < size; block += length) {
            for (uint32_t i = block; i < block + half; ++i, ++twiddle) {
                struct rune_fft_complex a = points[i], b = points[i + half];
                float re = RUNE_PRODUCT_F32(twiddle->re, b.re) - RUNE_PRODUCT_F32(twiddle->im, b.im);
                float im = RUNE_PRODUCT_F32(twiddle->re, b.im) + RUNE_PRODUCT_F32(twiddle->im, b.re);
                points[i].re = a.re + re;
                points[i].im = a.im + im;
                points[i + half].re = a.re - re;
                points[i + half].im = a.im - im;
            }
        }
    }
}

/* sound: i16[samples]; out: u32[49 * 40], frame after frame; scratch: f64[49 * 40], then the points of one frame. */
RUNE_FUNCTION void rune_fft(const int16_t *sound, uint32_t *out, void *scratch, const void *starts_table,
                            const void *window_table, const void *twiddle_table, const void *mel_rows,
                            const void *mel_weights, int32_t samples, int32_t frame, int32_t size, int32_t rows) {
    double *energies = (double *)scratch;
    struct rune_fft_complex *points = (struct rune_fft_complex *)(energies + RUNE_FFT_FRAMES * RUNE_FFT_BANDS);
    const uint32_t *starts = (const uint32_t *)starts_table;
    const float *window = (const float *)window_table;
    const struct rune_fft_span *spans = (const struct rune_fft_span *)mel_rows;
    double least = RUNE_INFINITY, most = -RUNE_INFINITY;

    for (int32_t t = 0; t < RUNE_FFT_FRAMES; ++t) {
        uint32_t reversed = 0;
        for (int32_t k = 0; k < size; ++k) {
            int32_t at = (int32_t)starts[t] + k;
            float sample = k < frame && at < samples ? (float)sound[at] : 0.0f;
            points[reversed].re = sample * window[k];
            points[reversed].im = 0.0f;
            uint32_t bit = (uint32_t)size >> 1;
            for (; reversed & bit; bit >>= 1) reversed ^= bit;
            reversed |= bit;
        }
        rune_fft_transform(points, (uint32_t)size, (const struct rune_fft_complex *)twiddle_table);

        const double *weight = (const double *)mel_weights;
        for (int32_t band = 0; band < RUNE_FFT_BANDS; ++band) {
            double energy = 0.0;
            for (uint32_t row = spans[band].first; row < (uint32_t)spans[band].first + spans[band].count; ++row) {
                /* The rows of the spectrum are sampled, nearest below, from the first half of the points. */
                uint32_t nearest = (uint32_t)((float)row / (float)rows * (float)(size / 2));
                struct rune_fft_complex point = points[nearest];
                float power = RUNE_PRODUCT_F32(point.re, point.re) + RUNE_PRODUCT_F32(point.im, point.im);
                energy += RUNE_PRODUCT(*weight++, (double)power);
            }
            energy = rune_sqrt(energy);
            if (energy < least) least = energy;
            if (energy > most) most = energy;
            energies[t * RUNE_FFT_BANDS + band] = energy;
        }
    }
    for (int32_t i = 0; i < RUNE_FFT_FRAMES * RUNE_FFT_BANDS; ++i)
        out[i] = rune_u32_saturating(65536.0 * (energies[i] - least) / (most - least));
}

#endif
