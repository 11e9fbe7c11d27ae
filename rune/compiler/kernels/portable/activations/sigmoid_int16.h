/* LOGISTIC and TANH, int16, by one table. The output may be the input. */
#ifndef RUNE_SIGMOID_INT16_H
#define RUNE_SIGMOID_INT16_H

#include "sigmoid_table.h"

RUNE_KERNEL void rune_logistic_of_int16(const int16_t *input, int16_t *output, const uint16_t *table, int32_t count,
                                        int32_t multiplier, int32_t shift)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = rune_logistic_by_table(table, rune_sigmoid_place(input[i], multiplier, shift));
}

RUNE_KERNEL void rune_tanh_of_int16(const int16_t *input, int16_t *output, const uint16_t *table, int32_t count,
                                    int32_t multiplier, int32_t shift)
{
    for (int32_t i = 0; i < count; i++)
        output[i] = rune_tanh_by_table(table, rune_sigmoid_place(input[i], multiplier, shift));
}

#endif
