/* The block add: the sum of two tensors, each times a factor, in f32. The second is added to each of `rows` rows. */
#ifndef RUNE_BLOCK_ADD_H
#define RUNE_BLOCK_ADD_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION void rune_add(const float *in, const float *other, float *out, int32_t rows, int32_t count, double first,
                            double second) {
    for (int32_t row = 0; row < rows; ++row)
        for (int32_t i = 0; i < count; ++i) {
            const float left = RUNE_PRODUCT_F32(in[row * count + i], (float)first);
            const float right = RUNE_PRODUCT_F32(other[i], (float)second);
            out[row * count + i] = rune_one_nan_f32(left + right);
        }
}

#endif
