/* EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER and GREATER_EQUAL, with broadcasting: 1 where it holds, else 0. */
#ifndef RUNE_COMPARISON_H
#define RUNE_COMPARISON_H

#include "broadcast.h"
#include "language.h"

#define RUNE_COMPARED(a, b, to, count, a_step, b_step, sign)                  \
    for (int32_t i = 0; i < (count); i++)                                     \
        (to)[i] = (uint8_t)((a)[i * (a_step)] sign (b)[i * (b_step)]);

#define RUNE_EQUAL_LINE(a, b, to, count, p, q) RUNE_COMPARED(a, b, to, count, p, q, ==)
#define RUNE_NOT_EQUAL_LINE(a, b, to, count, p, q) RUNE_COMPARED(a, b, to, count, p, q, !=)
#define RUNE_LESS_LINE(a, b, to, count, p, q) RUNE_COMPARED(a, b, to, count, p, q, <)
#define RUNE_LESS_EQUAL_LINE(a, b, to, count, p, q) RUNE_COMPARED(a, b, to, count, p, q, <=)
#define RUNE_GREATER_LINE(a, b, to, count, p, q) RUNE_COMPARED(a, b, to, count, p, q, >)
#define RUNE_GREATER_EQUAL_LINE(a, b, to, count, p, q) RUNE_COMPARED(a, b, to, count, p, q, >=)

#define RUNE_COMPARISON(name, kind, line)                                     \
    RUNE_KERNEL void name(const kind *left, const kind *right, uint8_t *output, \
                          const struct rune_broadcast *shape)                 \
    {                                                                         \
        RUNE_BROADCAST(shape, left, right, output, line)                      \
    }

#define RUNE_COMPARISONS(element, kind)                                       \
    RUNE_COMPARISON(rune_equal_##element, kind, RUNE_EQUAL_LINE)              \
    RUNE_COMPARISON(rune_not_equal_##element, kind, RUNE_NOT_EQUAL_LINE)      \
    RUNE_COMPARISON(rune_less_##element, kind, RUNE_LESS_LINE)                \
    RUNE_COMPARISON(rune_less_equal_##element, kind, RUNE_LESS_EQUAL_LINE)    \
    RUNE_COMPARISON(rune_greater_##element, kind, RUNE_GREATER_LINE)          \
    RUNE_COMPARISON(rune_greater_equal_##element, kind, RUNE_GREATER_EQUAL_LINE)

RUNE_COMPARISONS(float32, float)
RUNE_COMPARISONS(int16, int16_t)
RUNE_COMPARISONS(int32, int32_t)
RUNE_COMPARISONS(int64, int64_t)
RUNE_COMPARISONS(uint8, uint8_t)

/* Compares table entries: `lefts` and `rights` have a value for each byte from -128 on. */
#define RUNE_COMPARED_TERMS(a, b, to, count, a_step, b_step, sign)            \
    for (int32_t i = 0; i < (count); i++)                                     \
        (to)[i] = (uint8_t)(lefts[(a)[i * (a_step)] + 128] sign rights[(b)[i * (b_step)] + 128]);

#define RUNE_EQUAL_TERMS(a, b, to, count, p, q) RUNE_COMPARED_TERMS(a, b, to, count, p, q, ==)
#define RUNE_NOT_EQUAL_TERMS(a, b, to, count, p, q) RUNE_COMPARED_TERMS(a, b, to, count, p, q, !=)
#define RUNE_LESS_TERMS(a, b, to, count, p, q) RUNE_COMPARED_TERMS(a, b, to, count, p, q, <)
#define RUNE_LESS_EQUAL_TERMS(a, b, to, count, p, q) RUNE_COMPARED_TERMS(a, b, to, count, p, q, <=)
#define RUNE_GREATER_TERMS(a, b, to, count, p, q) RUNE_COMPARED_TERMS(a, b, to, count, p, q, >)
#define RUNE_GREATER_EQUAL_TERMS(a, b, to, count, p, q) RUNE_COMPARED_TERMS(a, b, to, count, p, q, >=)

#define RUNE_COMPARISON_INT8(name, line)                                      \
    RUNE_KERNEL void name(const int8_t *left, const int8_t *right, uint8_t *output, const int32_t *lefts, \
                          const int32_t *rights, const struct rune_broadcast *shape) \
    {                                                                         \
        RUNE_BROADCAST(shape, left, right, output, line)                      \
    }

RUNE_COMPARISON_INT8(rune_equal_int8, RUNE_EQUAL_TERMS)
RUNE_COMPARISON_INT8(rune_not_equal_int8, RUNE_NOT_EQUAL_TERMS)
RUNE_COMPARISON_INT8(rune_less_int8, RUNE_LESS_TERMS)
RUNE_COMPARISON_INT8(rune_less_equal_int8, RUNE_LESS_EQUAL_TERMS)
RUNE_COMPARISON_INT8(rune_greater_int8, RUNE_GREATER_TERMS)
RUNE_COMPARISON_INT8(rune_greater_equal_int8, RUNE_GREATER_EQUAL_TERMS)

#endif
