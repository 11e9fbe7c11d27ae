/* Four channels at a time in vectors of 128 bits: their sums over bytes, and the rounding of sums to bytes. */
#ifndef RUNE_HELIUM_VECTORS_H
#define RUNE_HELIUM_VECTORS_H

#include "four_sums.h"
#include "requantize.h"

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#define RUNE_HAS_HELIUM 1
#else
#define RUNE_HAS_HELIUM 0
#endif

#if RUNE_HAS_HELIUM

/* Adds products to four sums: `weights` are of four channels, `count` from channel to channel. */
RUNE_INLINE void rune_sums_of_four(const int8_t *numbers, const int8_t *weights, int32_t count, int32_t *sums)
{
    const int8_t *second = weights + count, *third = second + count, *fourth = third + count;
    int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3], left = count;
    for (; left >= 16; left -= 16) {
        const int8x16_t some = vldrbq_s8(numbers);
        a = vmladavaq_s8(a, some, vldrbq_s8(weights));
        b = vmladavaq_s8(b, some, vldrbq_s8(second));
        c = vmladavaq_s8(c, some, vldrbq_s8(third));
        d = vmladavaq_s8(d, some, vldrbq_s8(fourth));
        numbers += 16, weights += 16, second += 16, third += 16, fourth += 16;
    }
    if (left) {
        const mve_pred16_t some_lanes = vctp8q((uint32_t)left);
        const int8x16_t some = vldrbq_z_s8(numbers, some_lanes);
        a = vmladavaq_p_s8(a, some, vldrbq_z_s8(weights, some_lanes), some_lanes);
        b = vmladavaq_p_s8(b, some, vldrbq_z_s8(second, some_lanes), some_lanes);
        c = vmladavaq_p_s8(c, some, vldrbq_z_s8(third, some_lanes), some_lanes);
        d = vmladavaq_p_s8(d, some, vldrbq_z_s8(fourth, some_lanes), some_lanes);
    }
    sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d;
}

/* The bytes of up to four channels, from `channel` on. */
RUNE_INLINE void rune_store_rounded(int8_t *output, int32x4_t sums, int32_t channel, int32_t channels,
                                    const struct rune_requantize_twice *to)
{
    int32x4_t values = vqrdmulhq_s32(sums, vldrwq_s32(to->mantissa + channel));
    values = vaddq_s32(values, vshrq_n_s32(values, 31)); /* halves of the shift go away from zero */
    values = vaddq_n_s32(vrshlq_s32(values, vldrbq_s32(to->exponent + channel)), to->zero_point);
    values = vminq_s32(vmaxq_s32(values, vdupq_n_s32(to->minimum)), vdupq_n_s32(to->maximum));
    if (channels - channel >= 4)
        vstrbq_s32(output + channel, values);
    else
        vstrbq_p_s32(output + channel, values, vctp32q((uint32_t)(channels - channel)));
}

RUNE_INLINE void rune_store_four(int8_t *output, const int32_t *sums, int32_t channel, int32_t channels,
                                 const struct rune_requantize_twice *to)
{
    rune_store_rounded(output, vldrwq_s32(sums), channel, channels, to);
}

#else

RUNE_INLINE void rune_sums_of_four(const int8_t *numbers, const int8_t *weights, int32_t count, int32_t *sums)
{
    rune_four_channels(numbers, weights, count, sums);
}

RUNE_INLINE void rune_store_four(int8_t *output, const int32_t *sums, int32_t channel, int32_t channels,
                                 const struct rune_requantize_twice *to)
{
    for (int32_t i = channel; i < channel + RUNE_SUMS && i < channels; i++)
        rune_store_row(output + i, sums + i - channel, 1, 0, to, i, 0);
}

#endif

#endif
