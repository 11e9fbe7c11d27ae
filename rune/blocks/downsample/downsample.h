/* The block downsample: each mean is summed in f64, in the order of time, and rounds once to f32. */
#ifndef RUNE_BLOCK_DOWNSAMPLE_H
#define RUNE_BLOCK_DOWNSAMPLE_H

#include "rune.h"
#include "rune_math.h"

/* Writes f32[count][channels], the means of f32[count * factor][channels]. */
RUNE_FUNCTION void rune_downsample(const float *in, float *out, int32_t count, int32_t channels, int32_t factor) {
    for (int32_t group = 0; group < count; ++group) {
        for (int32_t channel = 0; channel < channels; ++channel) {
            const float *first = in + group * factor * channels + channel;
            double sum = 0.0;
            for (int32_t t = 0; t < factor; ++t) sum += (double)first[t * channels];
            out[group * channels + channel] = rune_one_nan_f32((float)(sum / (double)factor));
        }
    }
}

#endif
