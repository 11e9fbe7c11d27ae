/*
 * Vectors of 16 bytes, in clang's vector extensions, and the few operations that those cannot say. The only file of
 * the kernels that knows the target's instructions.
 */
#ifndef RUNE_VECTOR_H
#define RUNE_VECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "language.h"

#define RUNE_INLINE static inline __attribute__((always_inline))
#define RUNE_SHARED RUNE_UNUSED static __attribute__((noinline)) /* there once: a copy a layer would win nothing */

typedef int8_t rune_i8x8 __attribute__((vector_size(8)));
typedef int8_t rune_i8x16 __attribute__((vector_size(16)));
typedef int16_t rune_i16x8 __attribute__((vector_size(16)));
typedef int32_t rune_i32x4 __attribute__((vector_size(16)));
typedef int64_t rune_i64x2 __attribute__((vector_size(16)));
typedef uint64_t rune_u64x2 __attribute__((vector_size(16)));
typedef float rune_f32x4 __attribute__((vector_size(16)));
typedef double rune_f64x2 __attribute__((vector_size(16)));

/* Loads from any address; 8 bytes are widened to 16 bits each. */
RUNE_INLINE rune_i16x8 rune_load_widened(const int8_t *from)
{
    rune_i8x8 bytes;
    __builtin_memcpy(&bytes, from, sizeof bytes);
    return __builtin_convertvector(bytes, rune_i16x8);
}

RUNE_INLINE rune_i16x8 rune_load_i16(const int16_t *from)
{
    rune_i16x8 vector;
    __builtin_memcpy(&vector, from, sizeof vector);
    return vector;
}

RUNE_INLINE rune_i32x4 rune_load_i32(const int32_t *from)
{
    rune_i32x4 vector;
    __builtin_memcpy(&vector, from, sizeof vector);
    return vector;
}

RUNE_INLINE rune_f32x4 rune_load_f32(const float *from)
{
    rune_f32x4 vector;
    __builtin_memcpy(&vector, from, sizeof vector);
    return vector;
}

RUNE_INLINE rune_f64x2 rune_load_f64(const double *from)
{
    rune_f64x2 vector;
    __builtin_memcpy(&vector, from, sizeof vector);
    return vector;
}

RUNE_INLINE void rune_store_i16(int16_t *to, rune_i16x8 vector)
{
    __builtin_memcpy(to, &vector, sizeof vector);
}

RUNE_INLINE void rune_store_i32(int32_t *to, rune_i32x4 vector)
{
    __builtin_memcpy(to, &vector, sizeof vector);
}

RUNE_INLINE void rune_store_f32(float *to, rune_f32x4 vector)
{
    __builtin_memcpy(to, &vector, sizeof vector);
}

/* At least `minimum` and at most `maximum`; what is no number stays so. */
RUNE_INLINE rune_f32x4 rune_clamp_f32(rune_f32x4 vector, float minimum, float maximum)
{
    rune_f32x4 low = {minimum, minimum, minimum, minimum}, high = {maximum, maximum, maximum, maximum};
    rune_i32x4 below = vector < low, above = vector > high;
    rune_i32x4 bits = (below & (rune_i32x4)low) | (~below & (rune_i32x4)vector);
    return (rune_f32x4)((above & (rune_i32x4)high) | (~above & bits));
}

/* Stores the first `count` of 8 numbers. */
RUNE_INLINE void rune_store_some_f32(float *to, rune_f32x4 low, rune_f32x4 high, int32_t count)
{
    if (count >= 8) {
        rune_store_f32(to, low);
        rune_store_f32(to + 4, high);
        return;
    }
    float single[8];
    rune_store_f32(single, low);
    rune_store_f32(single + 4, high);
    for (int32_t i = 0; i < count; i++)
        to[i] = single[i];
}

/* The first `count` of four numbers; zeros behind them. */
RUNE_INLINE rune_f32x4 rune_load_some_f32(const float *from, int32_t count)
{
    if (count >= 4)
        return rune_load_f32(from);
    float single[4] = {0};
    for (int32_t i = 0; i < count; i++)
        single[i] = from[i];
    return rune_load_f32(single);
}

/* The other where it is less than this one; what is no number is not. */
RUNE_INLINE rune_f32x4 rune_lesser(rune_f32x4 vector, rune_f32x4 other)
{
    return __builtin_wasm_pmin_f32x4(vector, other);
}

/* The other where it is greater. */
RUNE_INLINE rune_f32x4 rune_greater(rune_f32x4 vector, rune_f32x4 other)
{
    return __builtin_wasm_pmax_f32x4(vector, other);
}

/* Towards zero; what is no number is 0. */
RUNE_INLINE rune_i32x4 rune_truncated(rune_f32x4 vector)
{
    return __builtin_wasm_trunc_saturate_s_i32x4_f32x4(vector);
}

/* Two neighbouring 16-bit numbers, four times. */
RUNE_INLINE rune_i16x8 rune_splat_pair(const int16_t *from)
{
    int32_t pair;
    __builtin_memcpy(&pair, from, sizeof pair);
    return (rune_i16x8)(rune_i32x4){pair, pair, pair, pair};
}

RUNE_INLINE rune_i32x4 rune_splat_i32(int32_t value)
{
    return (rune_i32x4){value, value, value, value};
}

RUNE_INLINE rune_f32x4 rune_splat_f32(float value)
{
    return (rune_f32x4){value, value, value, value};
}

/* Products of 16-bit numbers, neighbours added: four sums of two. */
RUNE_INLINE rune_i32x4 rune_dot(rune_i16x8 left, rune_i16x8 right)
{
    return __builtin_wasm_dot_s_i32x4_i16x8(left, right);
}

/* The sum of each of four vectors: its first and third number, its second and fourth, and then both together. */
#define RUNE_SUMS(vectors)                                                                                             \
    __builtin_shufflevector(RUNE_HALF_SUMS(vectors[0], vectors[1]), RUNE_HALF_SUMS(vectors[2], vectors[3]), 0, 1, 4, 5) + \
        __builtin_shufflevector(RUNE_HALF_SUMS(vectors[0], vectors[1]), RUNE_HALF_SUMS(vectors[2], vectors[3]), 2, 3, 6, 7)
#define RUNE_HALF_SUMS(a, b) (__builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7))

RUNE_INLINE rune_i32x4 rune_sums_i32(const rune_i32x4 vectors[4])
{
    return RUNE_SUMS(vectors);
}

/* 32 bits to 8, each number at the nearest that a byte can hold. */
RUNE_INLINE rune_i8x16 rune_narrow(rune_i32x4 a, rune_i32x4 b, rune_i32x4 c, rune_i32x4 d)
{
    return __builtin_wasm_narrow_s_i8x16_i16x8(__builtin_wasm_narrow_s_i16x8_i32x4(a, b),
                                               __builtin_wasm_narrow_s_i16x8_i32x4(c, d));
}

#endif
