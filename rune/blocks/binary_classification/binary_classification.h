/* The block binary_classification: all scores against a list of one threshold, as words are sorted: the first that
 * differs decides, and if none does, the longer list is the greater. A NaN is neither greater nor equal. */
#ifndef RUNE_BLOCK_BINARY_CLASSIFICATION_H
#define RUNE_BLOCK_BINARY_CLASSIFICATION_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION void rune_binary_classification(const float *in, uint32_t *out, int32_t count, double threshold) {
    float limit = (float)threshold;
    out[0] = in[0] > limit || (in[0] == limit && count > 1);
}

#endif
