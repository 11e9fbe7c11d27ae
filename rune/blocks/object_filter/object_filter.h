/* The block object_filter: rows above a threshold, each with its best class; of two at one place the more certain. */
#ifndef RUNE_BLOCK_OBJECT_FILTER_H
#define RUNE_BLOCK_OBJECT_FILTER_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION int rune_object_filter_near(float left, float right) {
    float apart = left - right;
    return (apart < 0.0f ? -apart : apart) <= 0.01f;
}

/* Removes row `index`; the rows after it move up by one. */
RUNE_FUNCTION void rune_object_filter_drop(float *rows, int32_t count, int32_t index) {
    for (int32_t i = index * 6; i < (count - 1) * 6; ++i) rows[i] = rows[i + 6];
}

/* out: x, y, height, width, confidence, class of each object. A search that starts again after each removal would
 * return the same pairs in the same order, because the rows before the match do not change. */
RUNE_FUNCTION void rune_object_filter(const float *in, float *out, int32_t *out_size, int32_t rows, int32_t fields,
                                      double threshold) {
    int32_t count = 0;
    for (int32_t row = 0; row < rows; ++row) {
        const float *from = in + (int64_t)row * fields;
        float *to = out + count * 6;
        int32_t best = 0;
        if (!(from[4] > (float)threshold)) continue;
        for (int32_t k = 1; k < fields - 5; ++k)
            if (!(from[5 + best] > from[5 + k])) best = k;
        for (int32_t i = 0; i < 4; ++i) to[i] = from[i];
        to[4] = from[5 + best];
        to[5] = (float)best;
        ++count;
    }
    for (int32_t i = 0; i < count; ++i) {
        for (int32_t j = i + 1; j < count;) {
            const float *left = out + i * 6, *right = out + j * 6;
            if (!rune_object_filter_near(left[0], right[0]) || !rune_object_filter_near(left[1], right[1])) {
                ++j;
                continue;
            }
            if (left[4] > right[4]) {
                rune_object_filter_drop(out, count, j);
            } else {
                rune_object_filter_drop(out, count, i);
                j = i + 1;
            }
            --count;
        }
    }
    out_size[0] = count;
}

#endif
