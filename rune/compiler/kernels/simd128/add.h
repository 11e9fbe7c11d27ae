/* ADD and SUB, int8, with broadcasting: dimensions of one are repeated by a step of zero. The output may be an input that
 * is not repeated. */
#ifndef RUNE_ADD_H
#define RUNE_ADD_H

#include "broadcast.h"
#include "requantize.h"
#include "vector.h"

/*
 * Exact for any scales: `left_terms` and `right_terms` hold, for each byte from -128, the input at 2^20 times the
 * common scale; the sum is rescaled with two roundings.
 */
RUNE_INLINE void rune_add_int8(const int8_t *left, const int8_t *right, int8_t *output, const int32_t *left_terms,
                               const int32_t *right_terms, const struct rune_broadcast *shape,
                               const struct rune_requantize *requantize)
{
#define RUNE_LINE(a, b, to, count, a_step, b_step)                                                        \
    for (int32_t i = 0; i < count; i += 4) {                                                              \
        rune_i32x4 sums = {0};                                                                            \
        const int32_t some = count - i < 4 ? count - i : 4;                                               \
        for (int32_t j = 0; j < some; j++)                                                                \
            sums[j] = left_terms[128 + (a)[(i + j) * a_step]] + right_terms[128 + (b)[(i + j) * b_step]]; \
        rune_store_requantized((to) + i, &sums, 1, requantize, 0, some);                                  \
    }
    RUNE_BROADCAST(shape, left, right, output, RUNE_LINE);
#undef RUNE_LINE
}

/*
 * left * left_scale + right * right_scale + offset in single precision, rounded to nearest. Only for scales for which
 * the build compared all 65,536 pairs of bytes with the exact arithmetic. Both inputs have `count` elements.
 */
RUNE_INLINE void rune_add_int8_proven(const int8_t *left, const int8_t *right, int8_t *output, int32_t count,
                                      double left_scale, double right_scale, double offset, int32_t zero_point,
                                      int32_t minimum, int32_t maximum)
{
    const rune_f32x4 a_scale = rune_splat_f32((float)left_scale), b_scale = rune_splat_f32((float)right_scale);
    for (int32_t i = 0; i < count; i += 16) {
        int8_t a_bytes[16] = {0}, b_bytes[16] = {0};
        const int32_t some = count - i < 16 ? count - i : 16;
        if (some == 16) {
            __builtin_memcpy(a_bytes, left + i, 16);
            __builtin_memcpy(b_bytes, right + i, 16);
        } else {
            for (int32_t j = 0; j < some; j++) {
                a_bytes[j] = left[i + j];
                b_bytes[j] = right[i + j];
            }
        }
        rune_i32x4 sums[4];
        RUNE_UNROLLED for (int32_t half = 0; half < 2; half++) {
            rune_i16x8 a = rune_load_widened(a_bytes + 8 * half), b = rune_load_widened(b_bytes + 8 * half);
            rune_i32x4 a_low = __builtin_convertvector(__builtin_shufflevector(a, a, 0, 1, 2, 3), rune_i32x4);
            rune_i32x4 a_high = __builtin_convertvector(__builtin_shufflevector(a, a, 4, 5, 6, 7), rune_i32x4);
            rune_i32x4 b_low = __builtin_convertvector(__builtin_shufflevector(b, b, 0, 1, 2, 3), rune_i32x4);
            rune_i32x4 b_high = __builtin_convertvector(__builtin_shufflevector(b, b, 4, 5, 6, 7), rune_i32x4);
            rune_f32x4 low = __builtin_convertvector(a_low, rune_f32x4) * a_scale +
                             __builtin_convertvector(b_low, rune_f32x4) * b_scale + (float)offset;
            rune_f32x4 high = __builtin_convertvector(a_high, rune_f32x4) * a_scale +
                              __builtin_convertvector(b_high, rune_f32x4) * b_scale + (float)offset;
            sums[2 * half] = (rune_i32x4)(low + 12582912.0f) - (0x4B400000 - zero_point);
            sums[2 * half + 1] = (rune_i32x4)(high + 12582912.0f) - (0x4B400000 - zero_point);
        }
        rune_i8x16 bytes = rune_narrow(sums[0], sums[1], sums[2], sums[3]);
        bytes = __builtin_elementwise_max(bytes, (rune_i8x16){} + (int8_t)minimum);
        bytes = __builtin_elementwise_min(bytes, (rune_i8x16){} + (int8_t)maximum);
        if (some == 16)
            __builtin_memcpy(output + i, &bytes, 16);
        else
            for (int32_t j = 0; j < some; j++)
                output[i + j] = bytes[j];
    }
}

#endif
