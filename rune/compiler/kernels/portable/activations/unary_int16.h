/* ABS, int16. The output may be the input. */
#ifndef RUNE_UNARY_INT16_H
#define RUNE_UNARY_INT16_H

#include "rescale.h"

RUNE_KERNEL void rune_abs_int16(const int16_t *input, int16_t *output, int32_t count,
                                const struct rune_requantize_twice *requantize)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = rune_requantize_twice_int16(input[i] < 0 ? -input[i] : input[i], requantize, 0);
}

#endif
