/* MEAN and SUM over some dimensions, int8, int16 and float32. */
#ifndef RUNE_MEAN_H
#define RUNE_MEAN_H

#include <stdint.h>

#include "rescale.h"

/* Sizes of the input; steps from each index to the next in the output, 0 where one number stands for all of them. */
struct rune_reduction {
    int32_t sizes[6], steps[6];
};

#define RUNE_REDUCE(input, element, sums, outputs, reduction)                                                        \
    for (int32_t i = 0; i < (outputs); i++)                                                                          \
        (sums)[i] = 0;                                                                                               \
    for (int32_t i0 = 0; i0 < (reduction)->sizes[0]; i0++)                                                           \
        for (int32_t i1 = 0; i1 < (reduction)->sizes[1]; i1++)                                                       \
            for (int32_t i2 = 0; i2 < (reduction)->sizes[2]; i2++)                                                   \
                for (int32_t i3 = 0; i3 < (reduction)->sizes[3]; i3++)                                               \
                    for (int32_t i4 = 0; i4 < (reduction)->sizes[4]; i4++) {                                         \
                        const int32_t to = i0 * (reduction)->steps[0] + i1 * (reduction)->steps[1] +                 \
                                           i2 * (reduction)->steps[2] + i3 * (reduction)->steps[3] +                 \
                                           i4 * (reduction)->steps[4];                                               \
                        for (int32_t i5 = 0; i5 < (reduction)->sizes[5]; i5++)                                       \
                            (sums)[to + i5 * (reduction)->steps[5]] += (element)*(input)++;                          \
                    }

/* `zero` is what the zero points of all numbers of a sum add up to. */
#define RUNE_MEAN_QUANTIZED(name, element, requantized)                                                        \
    RUNE_KERNEL void name(const element *input, element *output, int32_t *sums, int32_t outputs,               \
                          const struct rune_reduction *reduction,                                              \
                          const struct rune_requantize_twice *requantize, int32_t zero)                        \
    {                                                                                                          \
        RUNE_REDUCE(input, int32_t, sums, outputs, reduction)                                                  \
        for (int32_t i = 0; i < outputs; i++)                                                                  \
            output[i] = requantized(sums[i] - zero, requantize, 0);                                            \
    }

RUNE_MEAN_QUANTIZED(rune_mean_int8, int8_t, rune_requantize_twice)
RUNE_MEAN_QUANTIZED(rune_mean_int16, int16_t, rune_requantize_twice_int16)

/* Floats are added as they come, in the output, and rounded each time: as in the reference. */
RUNE_KERNEL void rune_mean_float32(const float *input, float *output, int32_t outputs,
                                   const struct rune_reduction *reduction, int32_t divisor)
{
    RUNE_REDUCE(input, float, output, outputs, reduction)
    for (int32_t i = 0; i < outputs; i++)
        output[i] /= (float)divisor;
}

#endif
