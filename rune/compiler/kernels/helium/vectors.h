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

/*
 * Adds products to four sums: `weights` are of four channels, `count` from channel to channel, above 0. Sums lie in even
 * registers, as the instruction wants them; the loop's own instructions leave out what is beyond the count.
 */
RUNE_ASSEMBLY void rune_sums_of_four(const int8_t *numbers RUNE_UNUSED, const int8_t *weights RUNE_UNUSED,
                                     int32_t count RUNE_UNUSED, int32_t *sums RUNE_UNUSED)
{
    __asm__("push {r4-r9, r12, lr}\n"
            "add r5, r1, r2\n"
            "add r7, r5, r2\n"
            "add r9, r7, r2\n"
            "ldrd r4, r6, [r3]\n"
            "ldrd r8, r12, [r3, #8]\n"
            "dlstp.8 lr, r2\n"
            "1:\n"
            "vldrb.8 q0, [r0], #16\n"
            "vldrb.8 q1, [r1], #16\n"
            "vmladava.s8 r4, q0, q1\n"
            "vldrb.8 q2, [r5], #16\n"
            "vmladava.s8 r6, q0, q2\n"
            "vldrb.8 q3, [r7], #16\n"
            "vmladava.s8 r8, q0, q3\n"
            "vldrb.8 q1, [r9], #16\n"
            "vmladava.s8 r12, q0, q1\n"
            "letp lr, 1b\n"
            "strd r4, r6, [r3]\n"
            "strd r8, r12, [r3, #8]\n"
            "pop {r4-r9, r12, pc}\n");
}

/* Four sums as stored numbers, with the four multipliers from `first` on. */
RUNE_INLINE int32x4_t rune_rounded_four(int32x4_t sums, const struct rune_requantize_twice *to, int32_t first)
{
    int32x4_t values = vqrdmulhq_s32(sums, vldrwq_s32(to->mantissa + first));
    values = vaddq_s32(values, vshrq_n_s32(values, 31)); /* halves of the shift go away from zero */
    values = vaddq_n_s32(vrshlq_s32(values, vldrbq_s32(to->exponent + first)), to->zero_point);
    return vminq_s32(vmaxq_s32(values, vdupq_n_s32(to->minimum)), vdupq_n_s32(to->maximum));
}

/* The bytes of up to four channels, from `channel` on. */
RUNE_INLINE void rune_store_four(int8_t *output, const int32_t *sums, int32_t channel, int32_t channels,
                                 const struct rune_requantize_twice *to)
{
    const int32x4_t values = rune_rounded_four(vldrwq_s32(sums), to, channel);
    if (channels - channel >= 4)
        vstrbq_s32(output + channel, values);
    else
        vstrbq_p_s32(output + channel, values, vctp32q((uint32_t)(channels - channel)));
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
