/* ARG_MAX and ARG_MIN: the first index of the greatest or the least of `length` numbers that lie `columns` apart.
 * A NaN is passed over. */
#ifndef RUNE_ARG_MAX_H
#define RUNE_ARG_MAX_H

#include <stdint.h>

#include "language.h"

#define RUNE_MORE(number, best) ((number) > (best))
#define RUNE_LESS(number, best) ((number) < (best))
#define RUNE_FIRST(number, best) ((best) != (best) && (number) == (number))
#define RUNE_MORE_F32(number, best) (RUNE_MORE(number, best) || RUNE_FIRST(number, best))
#define RUNE_LESS_F32(number, best) (RUNE_LESS(number, best) || RUNE_FIRST(number, best))

#define RUNE_ARG(name, element, result, is_better)                                                        \
    RUNE_KERNEL void name(const element *input, result *output, int32_t rows, int32_t length,             \
                          int32_t columns)                                                                \
    {                                                                                                     \
        for (int32_t row = 0; row < rows; row++, input += length * columns)                               \
            for (int32_t column = 0; column < columns; column++) {                                        \
                int32_t found = 0;                                                                        \
                for (int32_t i = 1; i < length; i++)                                                      \
                    if (is_better(input[i * columns + column], input[found * columns + column]))          \
                        found = i;                                                                        \
                *output++ = found;                                                                        \
            }                                                                                             \
    }

RUNE_ARG(rune_arg_max_int8_int32, int8_t, int32_t, RUNE_MORE)
RUNE_ARG(rune_arg_max_int8_int64, int8_t, int64_t, RUNE_MORE)
RUNE_ARG(rune_arg_max_float32_int32, float, int32_t, RUNE_MORE_F32)
RUNE_ARG(rune_arg_max_float32_int64, float, int64_t, RUNE_MORE_F32)
RUNE_ARG(rune_arg_min_int8_int32, int8_t, int32_t, RUNE_LESS)
RUNE_ARG(rune_arg_min_int8_int64, int8_t, int64_t, RUNE_LESS)
RUNE_ARG(rune_arg_min_float32_int32, float, int32_t, RUNE_LESS_F32)
RUNE_ARG(rune_arg_min_float32_int64, float, int64_t, RUNE_LESS_F32)

#endif
