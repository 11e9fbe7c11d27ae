/* The block gaussian_mixture: minus the logarithm of how dense a mixture of Gaussians is at the features, and the
 * component that has the largest part of it. The covariances are diagonal. */
#ifndef RUNE_BLOCK_GAUSSIAN_MIXTURE_H
#define RUNE_BLOCK_GAUSSIAN_MIXTURE_H

#include "rune.h"
#include "rune_math.h"

#define RUNE_LN_2 0x1.62e42fefa39efp-1

RUNE_FUNCTION void rune_gaussian_mixture(const float *in, float *score, uint32_t *likeliest, void *scratch,
                                         const void *mean_table, const void *inverse_table, const void *height_table,
                                         int32_t count, int32_t components) {
    const float *mean = (const float *)mean_table, *inverse = (const float *)inverse_table;
    const double *heights = (const double *)height_table;
    double *logarithms = (double *)scratch;
    double greatest = -RUNE_INFINITY, sum = 0.0;
    *likeliest = 0;
    for (int32_t number = 0; number < components; ++number) {
        double squares = 0.0;
        for (int32_t i = 0; i < count; ++i, ++mean, ++inverse) {
            const double distance = ((double)in[i] - (double)*mean) * (double)*inverse;
            squares += RUNE_PRODUCT(distance, distance);
        }
        logarithms[number] = heights[number] - RUNE_PRODUCT(0.5, squares);
        if (logarithms[number] > greatest || logarithms[number] != logarithms[number]) {
            greatest = logarithms[number];
            *likeliest = (uint32_t)number;
        }
        if (greatest != greatest) {
            *score = RUNE_NAN_F32;
            return;
        }
    }
    if (greatest == -RUNE_INFINITY) { /* too far away for a number */
        *score = (float)RUNE_INFINITY;
        return;
    }
    for (int32_t number = 0; number < components; ++number) sum += rune_exp(logarithms[number] - greatest);
    *score = (float)-(greatest + RUNE_PRODUCT(rune_log2(sum), RUNE_LN_2));
}

#endif
