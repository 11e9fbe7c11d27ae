/* ARG_MAX and ARG_MIN: the first index of the greatest or the least of `length` numbers that lie `columns` apart. */
#ifndef RUNE_ARG_MAX_H
#define RUNE_ARG_MAX_H

#include <stdint.h>

#include "language.h"

#define RUNE_ARG(name, element, result, is_better)                                                        \
    RUNE_KERNEL void name(const element *input, result *output, int32_t rows, int32_t length,             \
                          int32_t columns)                                                                \
    {                                                                                                     \
        for (int32_t row = 0; row < rows; row++, input += length * columns)                               \
            for (int32_t column = 0; column < columns; column++) {                                        \
                int32_t found = 0;                                                                        \
                for (int32_t i = 1; i < length; i++)                                                      \
                    if (input[i * columns + column] is_better input[found * columns + column])            \
                        found = i;                                                                        \
                *output++ = found;                                                                        \
            }                                                                                             \
    }

RUNE_ARG(rune_arg_max_int8_int32, int8_t, int32_t, >)
RUNE_ARG(rune_arg_max_int8_int64, int8_t, int64_t, >)
RUNE_ARG(rune_arg_max_float32_int32, float, int32_t, >)
RUNE_ARG(rune_arg_max_float32_int64, float, int64_t, >)
RUNE_ARG(rune_arg_min_int8_int32, int8_t, int32_t, <)
RUNE_ARG(rune_arg_min_int8_int64, int8_t, int64_t, <)
RUNE_ARG(rune_arg_min_float32_int32, float, int32_t, <)
RUNE_ARG(rune_arg_min_float32_int64, float, int64_t, <)

#endif
