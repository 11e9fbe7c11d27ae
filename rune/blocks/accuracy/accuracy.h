/* The block accuracy: how many elements are equal, of all. A NaN equals nothing. */
#ifndef RUNE_BLOCK_ACCURACY_H
#define RUNE_BLOCK_ACCURACY_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION void rune_accuracy(const double *truth, const double *predicted, double *out, int32_t count) {
    int32_t equal = 0;
    for (int32_t i = 0; i < count; ++i) equal += truth[i] == predicted[i];
    out[0] = (double)equal / (double)count;
}

#endif
