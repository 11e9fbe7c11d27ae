/* The block softmax: e^(x - greatest) over the sum of those, in f32, summed from left to right. */
#ifndef RUNE_BLOCK_SOFTMAX_H
#define RUNE_BLOCK_SOFTMAX_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION void rune_softmax(const float *in, float *out, int32_t rows, int32_t size) {
    for (int32_t row = 0; row < rows; ++row, in += size, out += size) {
        float greatest = in[0], sum = 0.0f;
        for (int32_t i = 1; i < size; ++i) greatest = in[i] > greatest ? in[i] : greatest;
        for (int32_t i = 0; i < size; ++i) {
            out[i] = rune_expf(in[i] - greatest);
            sum += out[i];
        }
        for (int32_t i = 0; i < size; ++i) out[i] = rune_one_nan_f32(out[i] / sum);
    }
}

#endif
