/* The block resample: each output is a sum over the inputs around its place, in f64, the oldest first. */
#ifndef RUNE_BLOCK_RESAMPLE_H
#define RUNE_BLOCK_RESAMPLE_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION int16_t rune_resample_as_i16(double value) {
    const double whole = rune_round(value);
    return (int16_t)(whole <= -32768.0 ? -32768 : whole >= 32767.0 ? 32767 : (int32_t)whole);
}

RUNE_FUNCTION float rune_resample_as_f32(double value) { return rune_one_nan_f32((float)value); }

/* taps: the middle of the filter and one side, `half` long, at up times the rate of the input. */
#define RUNE_RESAMPLE(NAME, TYPE)                                                                                     \
    RUNE_FUNCTION void rune_resample_##NAME(const TYPE *in, TYPE *out, const void *tap_table, int32_t samples,        \
                                            int32_t wanted, int32_t channels, int32_t up, int32_t down,               \
                                            int32_t half) {                                                           \
        const float *taps = (const float *)tap_table;                                                                 \
        for (int32_t t = 0; t < wanted; ++t) {                                                                        \
            const int64_t place = (int64_t)t * down;                                                                  \
            int64_t first = place > half ? (place - half + up - 1) / up : 0, last = (place + half) / up;              \
            if (last > samples - 1) last = samples - 1;                                                               \
            for (int32_t channel = 0; channel < channels; ++channel) {                                                \
                double sum = 0.0;                                                                                     \
                for (int64_t at = first; at <= last; ++at) {                                                          \
                    const int64_t beside = place - at * up;                                                           \
                    sum += RUNE_PRODUCT((double)taps[beside < 0 ? -beside : beside],                                  \
                                        (double)in[at * channels + channel]);                                         \
                }                                                                                                     \
                out[t * channels + channel] = rune_resample_as_##NAME(sum);                                           \
            }                                                                                                         \
        }                                                                                                             \
    }

RUNE_RESAMPLE(i16, int16_t)
RUNE_RESAMPLE(f32, float)

#endif
