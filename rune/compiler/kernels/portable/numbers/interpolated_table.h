/* Functions of int16 by a table of 513 numbers. The output may be the input. */
#ifndef RUNE_INTERPOLATED_TABLE_H
#define RUNE_INTERPOLATED_TABLE_H

#include "lookup_int16.h"

RUNE_KERNEL void rune_interpolated_table(const int16_t *input, int16_t *output, const int16_t *table, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = rune_looked_up(input[i], table);
}

#endif
