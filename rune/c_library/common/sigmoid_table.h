/* LOGISTIC and TANH of numbers of 16 bits by one table of the logistic function: logistic(i / 24) in units of 2^-16.
 * Results count 2^-15. */
#ifndef RUNE_SIGMOID_TABLE_H
#define RUNE_SIGMOID_TABLE_H

#include <stdint.h>

#include "language.h"

/* An input in the table's units: 2^17 / 10.67 for one. `shift` is from 0 to 31. */
RUNE_FUNCTION int32_t rune_sigmoid_place(int32_t value, int32_t multiplier, int32_t shift)
{
    const int64_t half = shift > 0 ? INT64_C(1) << (shift - 1) : 0;
    return (int32_t)(((int64_t)value * multiplier + half) >> shift);
}

/* The table at a place that is not below zero and has so many bits between two entries; `end` from the last one on. */
RUNE_FUNCTION int32_t rune_sigmoid_between(const uint16_t *table, int32_t place, int32_t bits, int32_t end)
{
    const int32_t whole = place >> bits;
    if (whole >= 255)
        return end;
    return table[whole] * (1 << bits) + (place & ((1 << bits) - 1)) * (table[whole + 1] - table[whole]);
}

RUNE_FUNCTION int16_t rune_logistic_by_table(const uint16_t *table, int32_t place)
{
    const int32_t found = rune_sigmoid_between(table, place < 0 ? -place : place, 9, 32767 << 10);
    return (int16_t)((place >= 0 ? found + 512 : (1 << 25) - found + 511) >> 10);
}

RUNE_FUNCTION int16_t rune_tanh_by_table(const uint16_t *table, int32_t place)
{
    const int32_t found = rune_sigmoid_between(table, place < 0 ? -place : place, 8, 65535 << 8) - (1 << 23);
    return (int16_t)((place >= 0 ? found + 128 : 127 - found) >> 8);
}

#endif
