/* The block detrend: sums in f64 from the first sample on; time is counted from the middle. */
#ifndef RUNE_BLOCK_DETREND_H
#define RUNE_BLOCK_DETREND_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION void rune_detrend(const float *in, float *out, int32_t samples, int32_t channels, int32_t is_linear) {
    const double middle = (double)(samples - 1) * 0.5;
    const double squares = (double)samples * ((double)samples * (double)samples - 1.0) / 12.0;
    for (int32_t channel = 0; channel < channels; ++channel) {
        double sum = 0.0, moment = 0.0;
        for (int32_t t = 0; t < samples; ++t) sum += (double)in[t * channels + channel];
        const double mean = sum / (double)samples;
        for (int32_t t = 0; t < samples && is_linear; ++t)
            moment += RUNE_PRODUCT((double)t - middle, (double)in[t * channels + channel] - mean);
        const double slope = is_linear && samples > 1 ? moment / squares : 0.0;
        for (int32_t t = 0; t < samples; ++t) {
            const double line = mean + RUNE_PRODUCT(slope, (double)t - middle);
            out[t * channels + channel] = rune_one_nan_f32((float)((double)in[t * channels + channel] - line));
        }
    }
}

#endif
