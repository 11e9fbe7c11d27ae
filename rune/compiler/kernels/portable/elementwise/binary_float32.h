/* ADD, SUB, MUL, DIV, FLOOR_DIV, FLOOR_MOD, MINIMUM, MAXIMUM, PRELU and SQUARED_DIFFERENCE of float32, with
 * broadcasting, then clamped. The output may be an input that is not repeated. Where one of the numbers is none, MINIMUM
 * and MAXIMUM give the right one. */
#ifndef RUNE_BINARY_FLOAT32_H
#define RUNE_BINARY_FLOAT32_H

#include "broadcast.h"
#include "language.h"
#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION float rune_floor_mod_f32(float x, float y)
{
    const float rest = rune_fmodf(x, y);
    return (rest < 0.0f || rest > 0.0f) && (y < 0.0f) != (rest < 0.0f) ? rest + y : rest;
}

#define RUNE_CLAMPED(a, b, to, count, a_step, b_step, result)                                \
    for (int32_t i = 0; i < (count); i++) {                                                  \
        const float x = (a)[i * (a_step)], y = (b)[i * (b_step)], value = (result);          \
        (to)[i] = value < minimum ? minimum : value > maximum ? maximum : value;             \
    }

#define RUNE_ADD_LINE(a, b, to, count, p, q) RUNE_CLAMPED(a, b, to, count, p, q, x + y)
#define RUNE_SUB_LINE(a, b, to, count, p, q) RUNE_CLAMPED(a, b, to, count, p, q, x - y)
#define RUNE_MUL_LINE(a, b, to, count, p, q) RUNE_CLAMPED(a, b, to, count, p, q, x * y)
#define RUNE_DIV_LINE(a, b, to, count, p, q) RUNE_CLAMPED(a, b, to, count, p, q, x / y)
#define RUNE_FLOOR_DIV_LINE(a, b, to, count, p, q) RUNE_CLAMPED(a, b, to, count, p, q, rune_floorf(x / y))
#define RUNE_FLOOR_MOD_LINE(a, b, to, count, p, q) RUNE_CLAMPED(a, b, to, count, p, q, rune_floor_mod_f32(x, y))
#define RUNE_MINIMUM_LINE(a, b, to, count, p, q) RUNE_CLAMPED(a, b, to, count, p, q, x < y ? x : y)
#define RUNE_MAXIMUM_LINE(a, b, to, count, p, q) RUNE_CLAMPED(a, b, to, count, p, q, x > y ? x : y)
#define RUNE_PRELU_LINE(a, b, to, count, p, q) RUNE_CLAMPED(a, b, to, count, p, q, x >= 0.0f ? x : x * y)
#define RUNE_SQUARED_DIFFERENCE_LINE(a, b, to, count, p, q) RUNE_CLAMPED(a, b, to, count, p, q, (x - y) * (x - y))

#define RUNE_BINARY_FLOAT32(name, line)                                                      \
    RUNE_KERNEL void name(const float *left, const float *right, float *output,              \
                          const struct rune_broadcast *shape, float minimum, float maximum)  \
    {                                                                                        \
        RUNE_BROADCAST(shape, left, right, output, line)                                     \
    }

RUNE_BINARY_FLOAT32(rune_add_float32, RUNE_ADD_LINE)
RUNE_BINARY_FLOAT32(rune_sub_float32, RUNE_SUB_LINE)
RUNE_BINARY_FLOAT32(rune_mul_float32, RUNE_MUL_LINE)
RUNE_BINARY_FLOAT32(rune_div_float32, RUNE_DIV_LINE)
RUNE_BINARY_FLOAT32(rune_floor_mod_float32, RUNE_FLOOR_MOD_LINE)
RUNE_BINARY_FLOAT32(rune_minimum_float32, RUNE_MINIMUM_LINE)
RUNE_BINARY_FLOAT32(rune_maximum_float32, RUNE_MAXIMUM_LINE)
RUNE_BINARY_FLOAT32(rune_prelu_float32, RUNE_PRELU_LINE)
RUNE_BINARY_FLOAT32(rune_squared_difference_float32, RUNE_SQUARED_DIFFERENCE_LINE)

/* Ends the run where a divisor is 0. */
RUNE_KERNEL void rune_floor_div_float32(const float *left, const float *right, float *output,
                                        const struct rune_broadcast *shape, float minimum, float maximum)
{
    int32_t divisors = 1;
    for (int32_t i = 0; i < 5; i++)
        divisors *= shape->right_steps[i] ? shape->sizes[i] : 1;
    for (int32_t i = 0; i < divisors; i++)
        if (right[i] == 0.0f) {
            struct rune_message message = {.size = 0};
            rune_message_text(&message, "FLOOR_DIV: a divisor is 0");
            rune_fail(&message);
            return;
        }
    RUNE_BROADCAST(shape, left, right, output, RUNE_FLOOR_DIV_LINE)
}

#endif
