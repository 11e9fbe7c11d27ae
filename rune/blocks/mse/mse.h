/* The block mse: the mean difference of two tensors, summed in f64 from the first element on. */
#ifndef RUNE_BLOCK_MSE_H
#define RUNE_BLOCK_MSE_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION double rune_mse_mean(const float *in, const float *other, int32_t count) {
    double sum = 0.0;
    for (int32_t i = 0; i < count; ++i) {
        const double difference = (double)in[i] - (double)other[i];
        sum += RUNE_PRODUCT(difference, difference);
    }
    return sum / (double)count;
}

RUNE_FUNCTION void rune_mse_squared(const float *in, const float *other, float *out, int32_t count) {
    out[0] = rune_one_nan_f32((float)rune_mse_mean(in, other, count));
}

RUNE_FUNCTION void rune_mse_root(const float *in, const float *other, float *out, int32_t count) {
    out[0] = rune_one_nan_f32((float)rune_sqrt(rune_mse_mean(in, other, count)));
}

RUNE_FUNCTION void rune_mse_absolute(const float *in, const float *other, float *out, int32_t count) {
    double sum = 0.0;
    for (int32_t i = 0; i < count; ++i) {
        const double difference = (double)in[i] - (double)other[i];
        sum += difference < 0.0 ? -difference : difference;
    }
    out[0] = rune_one_nan_f32((float)(sum / (double)count));
}

#endif
