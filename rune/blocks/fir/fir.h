/* The block fir: each output is a sum over the last samples, in f64, the newest first. */
#ifndef RUNE_BLOCK_FIR_H
#define RUNE_BLOCK_FIR_H

#include "rune.h"
#include "rune_math.h"

/* memory: whether it has begun, then the f32 samples of all channels before the run, oldest first. */
RUNE_FUNCTION void rune_fir(const float *in, float *out, void *memory, const void *tap_table, int32_t samples,
                            int32_t channels, int32_t taps, int32_t is_fresh) {
    uint64_t *has_begun = (uint64_t *)memory;
    float *before = (float *)(void *)(has_begun + 1);
    const double *tap = (const double *)tap_table;
    const int32_t kept = taps - 1;
    if (is_fresh || !*has_begun)
        for (int32_t t = 0; t < kept; ++t)
            for (int32_t channel = 0; channel < channels; ++channel) before[t * channels + channel] = in[channel];
    for (int32_t t = 0; t < samples; ++t) {
        for (int32_t channel = 0; channel < channels; ++channel) {
            double sum = 0.0;
            for (int32_t k = 0; k < taps; ++k) {
                const float *at = t >= k ? in + (t - k) * channels : before + (kept + t - k) * channels;
                sum += RUNE_PRODUCT(tap[k], (double)at[channel]);
            }
            out[t * channels + channel] = rune_one_nan_f32((float)sum);
        }
    }
    for (int32_t t = 0; t < kept; ++t) {
        const float *at = t + samples < kept ? before + (t + samples) * channels : in + (t + samples - kept) * channels;
        for (int32_t channel = 0; channel < channels; ++channel) before[t * channels + channel] = at[channel];
    }
    *has_begun = 1;
}

#endif
