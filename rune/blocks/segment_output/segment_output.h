/* The block segment_output: the first of a pixel's greatest scores above zero; without one, class 0. */
#ifndef RUNE_BLOCK_SEGMENT_OUTPUT_H
#define RUNE_BLOCK_SEGMENT_OUTPUT_H

#include "rune.h"
#include "rune_math.h"

/* scratch: a byte for each class, 1 if a pixel has it. */
RUNE_FUNCTION void rune_segment_output(const float *in, uint32_t *out, uint32_t *seen, int32_t *seen_size,
                                       void *scratch, int32_t pixels, int32_t classes) {
    uint8_t *is_seen = (uint8_t *)scratch;
    int32_t count = 0;
    for (int32_t k = 0; k < classes; ++k) is_seen[k] = 0;
    for (int32_t pixel = 0; pixel < pixels; ++pixel) {
        const float *scores = in + (int64_t)pixel * classes;
        int32_t best = 0;
        float most = 0.0f;
        for (int32_t k = 0; k < classes; ++k) {
            if (scores[k] > most) {
                most = scores[k];
                best = k;
            }
        }
        out[pixel] = (uint32_t)best;
        is_seen[best] = 1;
    }
    for (int32_t k = 0; k < classes; ++k)
        if (is_seen[k]) seen[count++] = (uint32_t)k;
    seen_size[0] = count;
}

#endif
