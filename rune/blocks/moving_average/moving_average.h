/* The block moving_average: the last runs are kept, and summed anew from the oldest, so that no error grows. */
#ifndef RUNE_BLOCK_MOVING_AVERAGE_H
#define RUNE_BLOCK_MOVING_AVERAGE_H

#include "rune.h"
#include "rune_math.h"

/* state: how many runs are kept and where the next one goes, then f32[length][count]. */
RUNE_FUNCTION void rune_moving_average(const float *in, float *out, void *state, int32_t count, int32_t length) {
    int32_t *kept = (int32_t *)state, *next = kept + 1;
    float *runs = (float *)(void *)(next + 1);
    for (int32_t i = 0; i < count; ++i) runs[*next * count + i] = in[i];
    *next = *next + 1 < length ? *next + 1 : 0;
    if (*kept < length) ++*kept;
    const int32_t oldest = *kept < length ? 0 : *next;
    for (int32_t i = 0; i < count; ++i) {
        double sum = 0.0;
        for (int32_t run = 0; run < *kept; ++run) {
            const int32_t at = oldest + run < length ? oldest + run : oldest + run - length;
            sum += (double)runs[at * count + i];
        }
        out[i] = rune_one_nan_f32((float)(sum / (double)*kept));
    }
}

#endif
