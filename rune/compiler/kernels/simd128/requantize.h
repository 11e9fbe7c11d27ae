/*
 * From a sum of products (32 bits) to the output's scale (8 bits), in the arithmetic of TFLite's reference kernels:
 * a multiplier of 31 bits and a power of two. The two roundings of one flavour and the one of the other differ in rare
 * bits, and each op has its own.
 */
#ifndef RUNE_REQUANTIZE_H
#define RUNE_REQUANTIZE_H

#include "rescale.h"
#include "vector.h"

/* The parameters of one operator's channels. Either `multiplier` and `factor` are set (exact, any value), or
 * `scale` and `offset` (single precision, where the build proved that every reachable sum gives the same byte). */
struct rune_requantize {
    const int32_t *multiplier;
    const int32_t *factor; /* -2^(31 - right shift): negative, as 2^31 itself has no room */
    const int32_t *left;   /* 2^(left shift); null when every one is 1 */
    const float *scale;
    const float *offset;
    const int32_t *exceptions; /* of each channel the one sum to which `steps` is added; null where there is none */
    const int32_t *steps;
    int32_t signed_offset; /* the offset takes the sum's sign */
    int32_t zero_point, minimum, maximum;
};

/* (left * right + nudge) >> shift in 64 bits, the low 32 of each. */
RUNE_INLINE rune_i32x4 rune_multiply_shift(rune_i32x4 left, rune_i32x4 right, rune_i64x2 nudge_low,
                                           rune_i64x2 nudge_high, int32_t shift)
{
    rune_i64x2 low = __builtin_convertvector(__builtin_shufflevector(left, left, 0, 1), rune_i64x2) *
                     __builtin_convertvector(__builtin_shufflevector(right, right, 0, 1), rune_i64x2);
    rune_i64x2 high = __builtin_convertvector(__builtin_shufflevector(left, left, 2, 3), rune_i64x2) *
                      __builtin_convertvector(__builtin_shufflevector(right, right, 2, 3), rune_i64x2);
    low = (low + nudge_low) >> shift;
    high = (high + nudge_high) >> shift;
    return __builtin_shufflevector((rune_i32x4)low, (rune_i32x4)high, 0, 2, 4, 6);
}

/*
 * value * multiplier * 2^-31, rounded to nearest (halves up), then times 2^-right rounded to nearest (halves away from
 * zero). The second step is a product with 2^(31 - right) and a shift by 31, as vectors shift all numbers alike.
 */
RUNE_INLINE rune_i32x4 rune_rescale_twice(rune_i32x4 value, rune_i32x4 multiplier, rune_i32x4 factor)
{
    const rune_i64x2 half = {INT64_C(1) << 30, INT64_C(1) << 30};
    rune_i32x4 negated = -rune_multiply_shift(value, multiplier, half, half, 31);
    rune_i32x4 sign = negated >> 31; /* 0 where the result is negative: a half then rounds down */
    rune_i64x2 low = __builtin_convertvector(__builtin_shufflevector(sign, sign, 0, 1), rune_i64x2);
    rune_i64x2 high = __builtin_convertvector(__builtin_shufflevector(sign, sign, 2, 3), rune_i64x2);
    return rune_multiply_shift(negated, factor, half - 1 - low, half - 1 - high, 31);
}

/* Four sums of the channels from `channel`, before they are clamped: by the exact arithmetic. */
RUNE_INLINE rune_i32x4 rune_requantized_exactly(rune_i32x4 sum, const struct rune_requantize *to, int32_t channel)
{
    if (to->left)
        sum *= rune_load_i32(to->left + channel);
    return rune_rescale_twice(sum, rune_load_i32(to->multiplier + channel), rune_load_i32(to->factor + channel)) +
           to->zero_point;
}

/* The same by what the op has. */
RUNE_INLINE rune_i32x4 rune_requantized(rune_i32x4 sum, const struct rune_requantize *to, int32_t channel)
{
    if (to->multiplier) /* null is seen when this is compiled, an address is not */
        return rune_requantized_exactly(sum, to, channel);
    rune_f32x4 value = __builtin_convertvector(sum, rune_f32x4) * rune_load_f32(to->scale + channel);
    if (to->signed_offset)
        value += (rune_f32x4)((sum & INT32_MIN) | (rune_i32x4)rune_load_f32(to->offset + channel));
    else
        value += rune_load_f32(to->offset + channel);
    /* Adding 1.5 * 2^23 leaves the nearest integer in the low bits. */
    rune_i32x4 rounded = (rune_i32x4)(value + 12582912.0f) - (0x4B400000 - to->zero_point);
    if (to->exceptions)
        rounded += (rune_i32x4)(sum == rune_load_i32(to->exceptions + channel)) & rune_load_i32(to->steps + channel);
    return rounded;
}

RUNE_SHARED void rune_store_some_bytes(int8_t *output, rune_i8x16 bytes, int32_t count)
{
    int8_t single[16];
    __builtin_memcpy(single, &bytes, sizeof single);
    RUNE_ROLLED for (int32_t i = 0; i < count; i++)
        output[i] = single[i];
}

/* Eight sums by the exact arithmetic, of which the first `count` are stored. It takes so long that a call costs nothing. */
RUNE_SHARED void rune_store_exact(int8_t *output, rune_i32x4 low, rune_i32x4 high, const struct rune_requantize *to,
                                  int32_t channel, int32_t count)
{
    low = rune_requantized_exactly(low, to, channel);
    high = rune_requantized_exactly(high, to, channel + 4);
    rune_i8x16 bytes = rune_narrow(low, high, low, high);
    bytes = __builtin_elementwise_max(bytes, (rune_i8x16){} + (int8_t)to->minimum);
    bytes = __builtin_elementwise_min(bytes, (rune_i8x16){} + (int8_t)to->maximum);
    if (count >= 8)
        __builtin_memcpy(output, &bytes, 8);
    else
        rune_store_some_bytes(output, bytes, count);
}

/* Requantises `vectors` (at most 4) vectors of sums and stores the first `count` bytes of them. */
RUNE_INLINE void rune_store_requantized(int8_t *output, const rune_i32x4 *sums, int32_t vectors,
                                        const struct rune_requantize *to, int32_t channel, int32_t count)
{
    if (to->multiplier && vectors == 2) {
        rune_store_exact(output, sums[0], sums[1], to, channel, count);
        return;
    }
    rune_i32x4 quarter[4] = {{0}, {0}, {0}, {0}};
    RUNE_UNROLLED for (int32_t i = 0; i < vectors; i++)
        quarter[i] = rune_requantized(sums[i], to, channel + 4 * i);
    rune_i8x16 bytes = rune_narrow(quarter[0], quarter[1], quarter[2], quarter[3]);
    if (to->minimum > INT8_MIN)
        bytes = __builtin_elementwise_max(bytes, (rune_i8x16){} + (int8_t)to->minimum);
    if (to->maximum < INT8_MAX)
        bytes = __builtin_elementwise_min(bytes, (rune_i8x16){} + (int8_t)to->maximum);
    if (count >= 4 * vectors) {
        __builtin_memcpy(output, &bytes, (size_t)(4 * vectors));
        return;
    }
    int8_t single[16];
    __builtin_memcpy(single, &bytes, sizeof single);
    for (int32_t i = 0; i < count; i++)
        output[i] = single[i];
}

/* The parameters of layers that share a kernel, which has no constants for them: single precision. `sign` is the
 * highest bit where the offset has the sign of the sum. */
struct rune_requantize_shared {
    const float *scale, *offset;
    const int32_t *exceptions, *steps;
    int32_t sign, zero_point, minimum, maximum;
};

/* Eight sums, of which the first `count` are stored. */
RUNE_INLINE void rune_store_shared(int8_t *output, const rune_i32x4 *sums, const struct rune_requantize_shared *to,
                                   int32_t channel, int32_t count)
{
    rune_i32x4 half[2];
    RUNE_UNROLLED for (int32_t i = 0; i < 2; i++) {
        const int32_t at = channel + 4 * i;
        const rune_i32x4 offset = (sums[i] & rune_splat_i32(to->sign)) | (rune_i32x4)rune_load_f32(to->offset + at);
        const rune_f32x4 value =
            __builtin_convertvector(sums[i], rune_f32x4) * rune_load_f32(to->scale + at) + (rune_f32x4)offset;
        half[i] = (rune_i32x4)(value + 12582912.0f) - rune_splat_i32(0x4B400000 - to->zero_point);
        if (to->exceptions)
            half[i] += (rune_i32x4)(sums[i] == rune_load_i32(to->exceptions + at)) & rune_load_i32(to->steps + at);
    }
    rune_i8x16 bytes = rune_narrow(half[0], half[1], half[0], half[1]);
    bytes = __builtin_elementwise_max(bytes, (rune_i8x16){} + (int8_t)to->minimum);
    bytes = __builtin_elementwise_min(bytes, (rune_i8x16){} + (int8_t)to->maximum);
    if (count >= 8)
        __builtin_memcpy(output, &bytes, 8);
    else
        rune_store_some_bytes(output, bytes, count);
}

#endif
