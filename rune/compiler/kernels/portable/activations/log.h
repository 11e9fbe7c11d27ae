/* LOG of float32. */
#ifndef RUNE_LOG_H
#define RUNE_LOG_H

#include "rune_math.h"

RUNE_KERNEL void rune_log_float32(const float *input, float *output, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = (float)(rune_log2((double)input[i]) * 0.6931471805599453);
}

#endif
