/* READ_VARIABLE and ASSIGN_VARIABLE: bytes that are copied. */
#ifndef RUNE_VARIABLES_H
#define RUNE_VARIABLES_H

#include <stdint.h>

#include "language.h"

RUNE_KERNEL void rune_copy(const uint8_t *input, uint8_t *output, int32_t size)
{
    for (int32_t i = 0; i < size; i++)
        output[i] = input[i];
}

#endif
