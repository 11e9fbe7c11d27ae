/* ADD_N of float32: the first tensor, then each of the others added to what is there. */
#ifndef RUNE_ADD_N_H
#define RUNE_ADD_N_H

#include <stdint.h>

#include "language.h"

RUNE_KERNEL void rune_add_n_first(const float *input, float *output, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = input[i];
}

RUNE_KERNEL void rune_add_n_next(const float *input, float *output, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        output[i] += input[i];
}

#endif
