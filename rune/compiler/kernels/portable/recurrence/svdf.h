/* SVDF, int8 and float32. The outputs of each filter are stored for `memory` runs, the oldest first. */
#ifndef RUNE_SVDF_H
#define RUNE_SVDF_H

#include "dot.h"
#include "functions_int16.h"
#include "rescale.h"

struct rune_svdf {
    int32_t batches, inputs, units, rank, memory;
};

/* `sums` holds what the input's zero point adds to each filter. Left shifts and sums wrap, as in the reference. */
struct rune_svdf_int8 {
    int32_t batches, inputs, units, rank, memory;
    const int32_t *sums, *bias;
    int32_t kept_mantissa, kept_exponent, made_mantissa, made_exponent, zero_point;
};

RUNE_KERNEL void rune_svdf_int8(const int8_t *input, int8_t *output, int16_t *state, const int8_t *features,
                                const int16_t *times, const struct rune_svdf_int8 *svdf)
{
    for (int32_t batch = 0; batch < svdf->batches; batch++, input += svdf->inputs)
        for (int32_t unit = 0; unit < svdf->units; unit++) {
            uint32_t sum = (uint32_t)svdf->bias[unit];
            for (int32_t part = 0; part < svdf->rank; part++, state += svdf->memory) {
                const int32_t filter = unit * svdf->rank + part;
                const int8_t *weights = features + filter * svdf->inputs;
                const int16_t *ages = times + filter * svdf->memory;
                const uint32_t made = (uint32_t)svdf->sums[filter] + rune_dot_int8(input, weights, svdf->inputs);
                const int32_t newest = rune_rescale_twice_one((int32_t)made, svdf->kept_mantissa, svdf->kept_exponent);
                for (int32_t run = 0; run + 1 < svdf->memory; run++) {
                    state[run] = state[run + 1];
                    sum += (uint32_t)(state[run] * ages[run]);
                }
                state[svdf->memory - 1] = (int16_t)rune_saturate_int16(newest);
                sum += (uint32_t)(state[svdf->memory - 1] * ages[svdf->memory - 1]);
            }
            *output++ = rune_byte_from(rune_rescale_twice_one((int32_t)sum, svdf->made_mantissa, svdf->made_exponent),
                                       svdf->zero_point, INT8_MIN, INT8_MAX);
        }
}

RUNE_KERNEL void rune_svdf_float32(const float *input, float *output, float *state, const float *features,
                                   const float *times, const float *bias, const struct rune_svdf *svdf, float minimum,
                                   float maximum)
{
    for (int32_t batch = 0; batch < svdf->batches; batch++, input += svdf->inputs)
        for (int32_t unit = 0; unit < svdf->units; unit++) {
            float sum = bias[unit];
            for (int32_t part = 0; part < svdf->rank; part++, state += svdf->memory) {
                const int32_t filter = unit * svdf->rank + part;
                const float *weights = features + filter * svdf->inputs, *ages = times + filter * svdf->memory;
                float newest = 0;
                for (int32_t i = 0; i < svdf->inputs; i++)
                    newest += RUNE_PRODUCT_F32(input[i], weights[i]);
                for (int32_t run = 0; run + 1 < svdf->memory; run++) {
                    state[run] = state[run + 1];
                    sum += RUNE_PRODUCT_F32(state[run], ages[run]);
                }
                state[svdf->memory - 1] = newest;
                sum += RUNE_PRODUCT_F32(newest, ages[svdf->memory - 1]);
            }
            *output++ = sum < minimum ? minimum : sum > maximum ? maximum : sum;
        }
}

#endif
