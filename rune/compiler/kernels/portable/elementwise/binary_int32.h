/* ADD, SUB and MUL of int32, with broadcasting; they wrap. The output may be an input that is not repeated. */
#ifndef RUNE_BINARY_INT32_H
#define RUNE_BINARY_INT32_H

#include "broadcast.h"
#include "language.h"

#define RUNE_WRAPPED(a, b, to, count, a_step, b_step, sign)                                       \
    for (int32_t i = 0; i < (count); i++)                                                         \
        (to)[i] = (int32_t)((uint32_t)(a)[i * (a_step)] sign (uint32_t)(b)[i * (b_step)]);

#define RUNE_ADD_INT32_LINE(a, b, to, count, p, q) RUNE_WRAPPED(a, b, to, count, p, q, +)
#define RUNE_SUB_INT32_LINE(a, b, to, count, p, q) RUNE_WRAPPED(a, b, to, count, p, q, -)
#define RUNE_MUL_INT32_LINE(a, b, to, count, p, q) RUNE_WRAPPED(a, b, to, count, p, q, *)

#define RUNE_BINARY_INT32(name, line)                                                             \
    RUNE_KERNEL void name(const int32_t *left, const int32_t *right, int32_t *output,             \
                          const struct rune_broadcast *shape)                                     \
    {                                                                                             \
        RUNE_BROADCAST(shape, left, right, output, line)                                          \
    }

RUNE_BINARY_INT32(rune_add_int32, RUNE_ADD_INT32_LINE)
RUNE_BINARY_INT32(rune_sub_int32, RUNE_SUB_INT32_LINE)
RUNE_BINARY_INT32(rune_mul_int32, RUNE_MUL_INT32_LINE)

#endif
