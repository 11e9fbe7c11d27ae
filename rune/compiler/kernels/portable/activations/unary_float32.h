/* Elementwise ops of one float32 input. The output may be the input. */
#ifndef RUNE_UNARY_FLOAT32_H
#define RUNE_UNARY_FLOAT32_H

#include "rune_math.h"

RUNE_FUNCTION float rune_hard_swish_f32(float x)
{
    const float moved = x + 3.0f, gate = moved < 0.0f ? 0.0f : moved > 6.0f ? 6.0f : moved;
    return RUNE_PRODUCT_F32(x, gate) / 6.0f;
}

/* As the reference has it: from 0x1.09e79ep4 on it is 1, and e^x below -9, where 1 is small beside e^-x. */
RUNE_FUNCTION float rune_logistic_f32(float x)
{
    return x > 0x1.09e79ep4f ? 1.0f : x < -9.0f ? rune_expf(x) : 1.0f / (1.0f + rune_expf(-x));
}

RUNE_FUNCTION float rune_gelu_f32(float x)
{
    return 0.5f * x * (float)rune_erfc((double)(x * -0x1.6a09e6p-1f));
}

/* The same with tanh in place of erf. */
RUNE_FUNCTION float rune_gelu_tanh_f32(float x)
{
    const float cube = RUNE_PRODUCT_F32(0.044715f * x * x, x), inner = 0x1.988454p-1f * (x + cube);
    return 0.5f * x * (1.0f + (float)(1.0 - 2.0 / (rune_exp(2.0 * (double)inner) + 1.0)));
}

/* The nearest whole number; of two the even one. */
RUNE_FUNCTION float rune_round_to_even_f32(float x)
{
    const float below = rune_floorf(x), rest = x - below;
    const int is_even = rune_floorf(below * 0.5f) * 2.0f == below;
    return rest < 0.5f || (rest == 0.5f && is_even) ? below : below + 1.0f;
}

#define RUNE_UNARY_FLOAT32(name, result)                                             \
    RUNE_KERNEL void name(const float *input, float *output, int32_t count)          \
    {                                                                                \
        RUNE_ROLLED for (int32_t i = 0; i < count; i++) {                            \
            const float x = input[i];                                                \
            output[i] = (result);                                                    \
        }                                                                            \
    }

RUNE_UNARY_FLOAT32(rune_abs_float32, rune_f32_from_bits(rune_f32_bits(x) & 0x7FFFFFFFu))
RUNE_UNARY_FLOAT32(rune_ceil_float32, -rune_floorf(-x))
RUNE_UNARY_FLOAT32(rune_cos_float32, rune_cosf(x))
RUNE_UNARY_FLOAT32(rune_elu_float32, x < -0x1p-25f ? (float)(rune_exp((double)x) - 1.0) : x)
RUNE_UNARY_FLOAT32(rune_exp_float32, rune_expf(x))
RUNE_UNARY_FLOAT32(rune_floor_float32, rune_floorf(x))
RUNE_UNARY_FLOAT32(rune_gelu_float32, rune_gelu_f32(x))
RUNE_UNARY_FLOAT32(rune_gelu_tanh_float32, rune_gelu_tanh_f32(x))
RUNE_UNARY_FLOAT32(rune_hard_swish_float32, rune_hard_swish_f32(x))
RUNE_UNARY_FLOAT32(rune_logistic_float32, rune_logistic_f32(x))
RUNE_UNARY_FLOAT32(rune_neg_float32, -x)
RUNE_UNARY_FLOAT32(rune_round_float32, rune_round_to_even_f32(x))
RUNE_UNARY_FLOAT32(rune_rsqrt_float32, 1.0f / rune_sqrtf(x))
RUNE_UNARY_FLOAT32(rune_sin_float32, rune_sinf(x))
RUNE_UNARY_FLOAT32(rune_sqrt_float32, rune_sqrtf(x))
RUNE_UNARY_FLOAT32(rune_square_float32, x * x)
RUNE_UNARY_FLOAT32(rune_tanh_float32, (float)(1.0 - 2.0 / (rune_exp(2.0 * (double)x) + 1.0)))

#endif
