/*
 * Sixteen products of bytes and their sums in one instruction. Weights have a sign; the numbers beside them have none:
 * they are those of a tensor, counted from -128, so that 128 is added to the zero point that a bias holds. WebAssembly
 * defines only 7 bits of them. That all 8 count, and no sum on the way is cut, is for the host to find out.
 */
#ifndef RUNE_RELAXED_H
#define RUNE_RELAXED_H

#include "../simd128/requantize.h"
#include "../simd128/vector.h"
#include "../simd128/window.h"

RUNE_INLINE rune_i8x16 rune_load_bytes(const void *from)
{
    rune_i8x16 bytes;
    __builtin_memcpy(&bytes, from, sizeof bytes);
    return bytes;
}

/* Bytes with a sign, counted from -128. */
RUNE_INLINE rune_i8x16 rune_unsigned_bytes(rune_i8x16 bytes)
{
    return bytes ^ (rune_i8x16)rune_splat_i32((int32_t)0x80808080);
}

/* Four neighbouring bytes, four times. */
RUNE_INLINE rune_i8x16 rune_splat_four(const uint8_t *from)
{
    int32_t four;
    __builtin_memcpy(&four, from, sizeof four);
    return (rune_i8x16)rune_splat_i32(four);
}

/* Four sums with four products more each. */
RUNE_INLINE rune_i32x4 rune_dot_bytes(rune_i32x4 sums, rune_i8x16 weights, rune_i8x16 values)
{
    return __builtin_wasm_relaxed_dot_i8x16_i7x16_add_s_i32x4(weights, values, sums);
}

/* The same with weights of one: what `weight_zero` is multiplied by, where weights are not counted from zero. */
RUNE_INLINE rune_i32x4 rune_total_bytes(rune_i32x4 totals, rune_i8x16 values)
{
    return rune_dot_bytes(totals, (rune_i8x16)rune_splat_i32(0x01010101), values);
}

RUNE_SHARED void rune_count_from_least(uint8_t *to, const int8_t *from, int32_t count)
{
    int32_t i = 0;
    RUNE_ROLLED for (; i + 16 <= count; i += 16) {
        const rune_i8x16 bytes = rune_unsigned_bytes(rune_load_bytes(from + i));
        __builtin_memcpy(to + i, &bytes, sizeof bytes);
    }
    RUNE_ROLLED for (; i < count; i++)
        to[i] = (uint8_t)(from[i] ^ 0x80);
}

#endif
