/* The block dense: for each output the sum of the input's elements, each times its weight, and a bias. */
#ifndef RUNE_BLOCK_DENSE_H
#define RUNE_BLOCK_DENSE_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION void rune_dense(const float *in, float *out, const void *weight_table, const void *bias_table,
                              int32_t count, int32_t outputs) {
    const float *weight = (const float *)weight_table, *biases = (const float *)bias_table;
    for (int32_t number = 0; number < outputs; ++number) {
        double sum = 0.0;
        for (int32_t i = 0; i < count; ++i, ++weight) sum += RUNE_PRODUCT((double)in[i], (double)*weight);
        out[number] = rune_one_nan_f32((float)(sum + (double)biases[number]));
    }
}

#endif
