/* The block top_k: the greatest scores in order, the first of equal ones first; a place that none reaches is empty. */
#ifndef RUNE_BLOCK_TOP_K_H
#define RUNE_BLOCK_TOP_K_H

#include "rune.h"

RUNE_FUNCTION void rune_top_k(const float *in, uint32_t *indices, float *scores, int32_t count, int32_t k,
                              int32_t has_threshold, double threshold) {
    int32_t found = 0;
    for (int32_t i = 0; i < count; ++i) {
        if (in[i] != in[i] || (has_threshold && in[i] < (float)threshold)) continue;
        int32_t place = found < k ? found++ : k;
        for (; place > 0 && scores[place - 1] < in[i]; --place) {
            if (place == k) continue;
            scores[place] = scores[place - 1];
            indices[place] = indices[place - 1];
        }
        if (place == k) continue;
        scores[place] = in[i];
        indices[place] = (uint32_t)i;
    }
    for (; found < k; ++found) {
        scores[found] = 0.0f;
        indices[found] = (uint32_t)count;
    }
}

#endif
