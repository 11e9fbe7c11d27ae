/* CONCATENATION, SPLIT and their like: stretches of bytes from one tensor to another. */
#ifndef RUNE_CONCATENATION_H
#define RUNE_CONCATENATION_H

#include <stdint.h>

#include "language.h"

/* `rows` times `width` bytes; each begins so many bytes behind the one before it. */
RUNE_KERNEL void rune_copy_stretches(const uint8_t *input, uint8_t *output, int32_t rows, int32_t width,
                                     int32_t input_start, int32_t input_step, int32_t output_start,
                                     int32_t output_step)
{
    input += input_start;
    output += output_start;
    for (int32_t row = 0; row < rows; row++)
        for (int32_t i = 0; i < width; i++)
            output[row * output_step + i] = input[row * input_step + i];
}

#endif
