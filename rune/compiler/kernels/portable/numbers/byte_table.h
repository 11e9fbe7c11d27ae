/* A byte for a byte, by a table of 256. */
#ifndef RUNE_BYTE_TABLE_H
#define RUNE_BYTE_TABLE_H

#include <stdint.h>

#include "language.h"

/* Each byte, as a number from 0, is a place in the table. The output may be the input. */
RUNE_KERNEL void rune_byte_table(const uint8_t *input, uint8_t *output, const uint8_t *table, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = table[input[i]];
}

/* Each byte with its highest bit flipped: uint8 to int8, or back. The output may be the input. */
RUNE_KERNEL void rune_byte_flip(const uint8_t *input, uint8_t *output, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = (uint8_t)(input[i] ^ 0x80);
}

#endif
