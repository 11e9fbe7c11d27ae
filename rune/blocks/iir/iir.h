/* The block iir: sections of second order one behind the other, in f64, each in transposed direct form II. */
#ifndef RUNE_BLOCK_IIR_H
#define RUNE_BLOCK_IIR_H

#include "rune.h"
#include "rune_math.h"

struct rune_iir_section {
    double b0, b1, b2, a1, a2;
};

struct rune_iir_memory {
    double first, second;
};

/* memory: whether it has begun, then one for each channel and section. It begins as if the first sample had always been. */
RUNE_FUNCTION void rune_iir(const float *in, float *out, void *memory, const void *section_table, int32_t samples,
                            int32_t channels, int32_t sections, int32_t is_fresh) {
    uint64_t *has_begun = (uint64_t *)memory;
    const struct rune_iir_section *table = (const struct rune_iir_section *)section_table;
    for (int32_t channel = 0; channel < channels; ++channel) {
        struct rune_iir_memory *each = (struct rune_iir_memory *)(void *)(has_begun + 1) + channel * sections;
        if (is_fresh || !*has_begun) {
            double constant = (double)in[channel];
            for (int32_t i = 0; i < sections; ++i) {
                const struct rune_iir_section s = table[i];
                const double gain = (s.b0 + s.b1 + s.b2) / (1.0 + s.a1 + s.a2);
                each[i].first = RUNE_PRODUCT(gain - s.b0, constant);
                each[i].second = RUNE_PRODUCT(s.b2 - RUNE_PRODUCT(s.a2, gain), constant);
                constant = RUNE_PRODUCT(gain, constant);
            }
        }
        for (int32_t t = 0; t < samples; ++t) {
            double x = (double)in[t * channels + channel];
            for (int32_t i = 0; i < sections; ++i) {
                const struct rune_iir_section s = table[i];
                const double y = RUNE_PRODUCT(s.b0, x) + each[i].first;
                each[i].first = RUNE_PRODUCT(s.b1, x) - RUNE_PRODUCT(s.a1, y) + each[i].second;
                each[i].second = RUNE_PRODUCT(s.b2, x) - RUNE_PRODUCT(s.a2, y);
                x = y;
            }
            out[t * channels + channel] = rune_one_nan_f32((float)x);
        }
    }
    *has_begun = 1;
}

#endif
