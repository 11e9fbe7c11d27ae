/* The block k_means: Euclid's distance to the nearest centre, over its radius, and the number of the centre. */
#ifndef RUNE_BLOCK_K_MEANS_H
#define RUNE_BLOCK_K_MEANS_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION void rune_k_means(const float *in, float *score, uint32_t *nearest, const void *centre_table,
                                const void *radius_table, int32_t count, int32_t centres) {
    const float *centre = (const float *)centre_table, *radii = (const float *)radius_table;
    double best = RUNE_INFINITY;
    *nearest = 0;
    for (int32_t number = 0; number < centres; ++number) {
        double sum = 0.0;
        for (int32_t i = 0; i < count; ++i, ++centre) {
            const double difference = (double)in[i] - (double)*centre;
            sum += RUNE_PRODUCT(difference, difference);
        }
        const double distance = rune_sqrt(sum) / (double)radii[number];
        if (!(distance >= best)) { /* nor after a NaN */
            best = distance;
            *nearest = (uint32_t)number;
        }
        if (best != best) break;
    }
    *score = rune_one_nan_f32((float)best);
}

#endif
