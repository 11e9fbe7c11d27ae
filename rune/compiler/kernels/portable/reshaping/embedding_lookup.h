/* EMBEDDING_LOOKUP of a table of int8 that gives floats. */
#ifndef RUNE_EMBEDDING_LOOKUP_H
#define RUNE_EMBEDDING_LOOKUP_H

#include "fail_at_index.h"

/* From a row's scale to the next are `step` numbers: 0 where all have one. */
RUNE_KERNEL void rune_embedding_lookup_hybrid(const int8_t *table, const int32_t *numbers, float *output,
                                              const float *scales, int32_t step, int32_t length, int32_t width,
                                              int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        if (numbers[i] < 0 || numbers[i] >= length) {
            rune_fail_at_index("EMBEDDING_LOOKUP", numbers[i], length);
            return;
        }
    for (int32_t i = 0; i < count; i++, output += width) {
        const double scale = (double)scales[numbers[i] * step];
        for (int32_t k = 0; k < width; k++)
            output[k] = (float)((double)table[numbers[i] * width + k] * scale);
    }
}

#endif
