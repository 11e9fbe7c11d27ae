/* The block noise_filtering: noise reduction, gain control, logarithm, scaling to i8.
 * Unsigned arithmetic wraps where the definition says so. The gain table comes from the build (gain.py). */
#ifndef RUNE_BLOCK_NOISE_FILTERING_H
#define RUNE_BLOCK_NOISE_FILTERING_H

#include "rune.h"
#include "rune_math.h"
#include "noise_gain.h"

/* Updates the noise estimate of one band, and returns its value after noise reduction and gain control. */
RUNE_FUNCTION uint32_t rune_noise_band(uint32_t value, uint32_t *estimate, const int16_t *gains, int32_t smoothing_bits,
                                       uint32_t smoothing, uint32_t least_signal, int32_t shift) {
    uint32_t scaled = value << smoothing_bits;
    /* 16384 and not 16384 - smoothing: the estimate only grows. Old models are used to it. */
    uint64_t noise = ((uint64_t)scaled * smoothing + ((uint64_t)*estimate << 14)) >> 14;
    *estimate = (uint32_t)noise;
    uint32_t taken = noise < scaled ? (uint32_t)noise : scaled;
    uint32_t floor = (uint32_t)(((uint64_t)value * least_signal) >> 14);
    uint32_t cleaned = (scaled - taken) >> smoothing_bits;
    if (cleaned < floor) cleaned = floor;

    return rune_noise_evened(cleaned, *estimate, gains, shift);
}

/* The logarithm of each value, spread over -128..127. One value throughout gives 0 (there is no spread). */
RUNE_FUNCTION void rune_noise_features(const uint32_t *values, int8_t *out, int32_t count) {
    uint32_t least = values[0], most = values[0];
    for (int32_t i = 1; i < count; ++i) {
        if (values[i] < least) least = values[i];
        if (values[i] > most) most = values[i];
    }
    double low = rune_log2((double)least + 1.0);
    double high = rune_log2((double)most + 1.0);
    for (int32_t i = 0; i < count; ++i)
        out[i] = rune_i8_saturating(255.0 * (rune_log2((double)values[i] + 1.0) - low) / (high - low) - 128.0);
}

/* in: u32[1, count]; out: i8[1, count]; state: the estimates, u32[count]; scratch: u32[count].
 * even, odd and least_signal are in 1/16384. */
RUNE_FUNCTION void rune_noise_filtering(const uint32_t *in, int8_t *out, void *state, void *scratch, const void *gains,
                                        int32_t count, int32_t smoothing_bits, int32_t even, int32_t odd,
                                        int32_t least_signal, int32_t shift) {
    uint32_t *estimates = (uint32_t *)state, *values = (uint32_t *)scratch;
    for (int32_t i = 0; i < count; ++i)
        values[i] = rune_noise_band(in[i], &estimates[i], (const int16_t *)gains, smoothing_bits,
                                    (uint32_t)(i & 1 ? odd : even), (uint32_t)least_signal, shift);
    rune_noise_features(values, out, count);
}

/* The same without a memory: every call starts from an estimate of 0. */
RUNE_FUNCTION void rune_noise_filtering_fresh(const uint32_t *in, int8_t *out, void *scratch, const void *gains,
                                              int32_t count, int32_t smoothing_bits, int32_t even, int32_t odd,
                                              int32_t least_signal, int32_t shift) {
    uint32_t *values = (uint32_t *)scratch;
    for (int32_t i = 0; i < count; ++i) {
        uint32_t estimate = 0;
        values[i] = rune_noise_band(in[i], &estimate, (const int16_t *)gains, smoothing_bits,
                                    (uint32_t)(i & 1 ? odd : even), (uint32_t)least_signal, shift);
    }
    rune_noise_features(values, out, count);
}

#endif
