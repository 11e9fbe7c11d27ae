/* A table of 513 numbers of 16 bits, with a straight line between two of them. Shifts to the right keep the sign. */
#ifndef RUNE_LOOKUP_INT16_H
#define RUNE_LOOKUP_INT16_H

#include <stdint.h>

#include "language.h"

/* The table's value at a number of 16 bits, interpolated. A slope has 16 bits, and wraps. */
RUNE_FUNCTION int16_t rune_looked_up(int32_t value, const int16_t *table)
{
    const int16_t *entry = table + 256 + (value >> 7);
    const int32_t slope = (int16_t)(entry[1] - entry[0]);
    return (int16_t)(entry[0] + ((slope * (value & 127) + 64) >> 7));
}

#endif
