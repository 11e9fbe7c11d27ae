/*
 * The instructions of Arm's DSP extension that the kernels use, each with the equivalent C. A word holds two numbers
 * of 16 bits or four bytes; the first is the lowest. Words may lie at any address.
 */
#ifndef RUNE_DSP_INSTRUCTIONS_H
#define RUNE_DSP_INSTRUCTIONS_H

#include <stdint.h>

#include "language.h"
#include "rows.h"

#if defined(__GNUC__) && defined(__ARM_FEATURE_DSP) && defined(__thumb2__) && !defined(RUNE_WITHOUT_DSP)
#define RUNE_HAS_DSP 1
#else
#define RUNE_HAS_DSP 0
#endif

#if defined(__GNUC__)
#define RUNE_INLINE static inline __attribute__((always_inline, unused))
#else
#define RUNE_INLINE static inline
#endif

/* A function that is all assembly and keeps to the convention of calls. What a compiler would learn of its body is wrong: that
 * it reads no argument and changes no register. */
#if defined(__clang__)
#define RUNE_ASSEMBLY __attribute__((naked, noinline, unused)) static
#elif defined(__GNUC__)
#define RUNE_ASSEMBLY __attribute__((naked, noipa, unused)) static
#endif

#if RUNE_HAS_DSP

struct rune_word {
    uint32_t bits;
} __attribute__((packed, may_alias));

RUNE_INLINE uint32_t rune_word_at(const void *place)
{
    return ((const struct rune_word *)place)->bits;
}

#define RUNE_DSP_1(name, text)                                          \
    RUNE_INLINE uint32_t name(uint32_t word)                            \
    {                                                                   \
        uint32_t result;                                                \
        __asm__(text : "=r"(result) : "r"(word));                       \
        return result;                                                  \
    }
#define RUNE_DSP_2(name, text)                                          \
    RUNE_INLINE uint32_t name(uint32_t left, uint32_t right)            \
    {                                                                   \
        uint32_t result;                                                \
        __asm__(text : "=r"(result) : "r"(left), "r"(right));           \
        return result;                                                  \
    }
#define RUNE_DSP_SUM(name, instruction)                                                                       \
    RUNE_INLINE int32_t name(uint32_t left, uint32_t right, int32_t sum)                                      \
    {                                                                                                         \
        int32_t result;                                                                                       \
        __asm__(instruction " %0, %1, %2, %3" : "=r"(result) : "r"(left), "r"(right), "r"(sum));              \
        return result;                                                                                        \
    }

RUNE_DSP_1(rune_even_bytes, "sxtb16 %0, %1")
RUNE_DSP_1(rune_odd_bytes, "sxtb16 %0, %1, ror #8")
RUNE_DSP_2(rune_low_halves, "pkhbt %0, %1, %2, lsl #16")
RUNE_DSP_2(rune_high_halves, "pkhtb %0, %2, %1, asr #16")
RUNE_DSP_SUM(rune_add_products, "smlad")
RUNE_DSP_SUM(rune_add_low_high, "smlabt")
RUNE_DSP_SUM(rune_add_high_low, "smlatb")

RUNE_INLINE int32_t rune_high_rounded(int32_t left, int32_t right)
{
    int32_t result;
    __asm__("smmulr %0, %1, %2" : "=r"(result) : "r"(left), "r"(right));
    return result;
}

RUNE_INLINE int32_t rune_add_high(int32_t left, int32_t right, int32_t sum)
{
    int32_t result;
    __asm__("smmla %0, %1, %2, %3" : "=r"(result) : "r"(left), "r"(right), "r"(sum));
    return result;
}

RUNE_INLINE int32_t rune_to_byte(int32_t number)
{
    int32_t result;
    __asm__("ssat %0, #8, %1" : "=r"(result) : "r"(number));
    return result;
}

#else

RUNE_INLINE uint32_t rune_word_at(const void *place)
{
    const uint8_t *bytes = place;
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

RUNE_INLINE int32_t rune_low_half(uint32_t word)
{
    return (int16_t)(word & 0xFFFFu);
}

RUNE_INLINE int32_t rune_high_half(uint32_t word)
{
    return (int16_t)(word >> 16);
}

RUNE_INLINE uint32_t rune_low_halves(uint32_t first, uint32_t second)
{
    return (first & 0xFFFFu) | second << 16;
}

RUNE_INLINE uint32_t rune_high_halves(uint32_t first, uint32_t second)
{
    return first >> 16 | (second & 0xFFFF0000u);
}

/* Bytes 0 and 2 as numbers of 16 bits. */
RUNE_INLINE uint32_t rune_even_bytes(uint32_t word)
{
    return ((uint32_t)(int8_t)(word & 0xFFu) & 0xFFFFu) | (uint32_t)(int8_t)(word >> 16 & 0xFFu) << 16;
}

/* Bytes 1 and 3. */
RUNE_INLINE uint32_t rune_odd_bytes(uint32_t word)
{
    return rune_even_bytes(word >> 8);
}

/* The products of the low and of the high halves, and the sum; it wraps. */
RUNE_INLINE int32_t rune_add_products(uint32_t left, uint32_t right, int32_t sum)
{
    const int32_t low = rune_low_half(left) * rune_low_half(right), high = rune_high_half(left) * rune_high_half(right);
    return (int32_t)((uint32_t)sum + (uint32_t)low + (uint32_t)high);
}

RUNE_INLINE int32_t rune_add_low_high(uint32_t left, uint32_t right, int32_t sum)
{
    return (int32_t)((uint32_t)sum + (uint32_t)(rune_low_half(left) * rune_high_half(right)));
}

RUNE_INLINE int32_t rune_add_high_low(uint32_t left, uint32_t right, int32_t sum)
{
    return (int32_t)((uint32_t)sum + (uint32_t)(rune_high_half(left) * rune_low_half(right)));
}

#if defined(__ARM_ARCH_6M__)

/* The product of the upper half of `left` and of all of `right` by its halves, whose products have 32 bits: the words of
 * 16 bits that are below bit 32 and from it on. Such a core multiplies 64 bits by a call. */
RUNE_INLINE int32_t rune_middle_of(int32_t left, int32_t right, int32_t *high)
{
    const uint32_t left_low = (uint32_t)left & 0xFFFFu, right_low = (uint32_t)right & 0xFFFFu;
    const int32_t left_high = left >> 16, right_high = right >> 16;
    const int32_t middle = left_high * (int32_t)right_low + (int32_t)(left_low * right_low >> 16);
    *high = left_high * right_high + (middle >> 16);
    return (int32_t)left_low * right_high + (middle & 0xFFFF);
}

/* The upper 32 bits of a product, rounded to nearest, halves up. */
RUNE_INLINE int32_t rune_high_rounded(int32_t left, int32_t right)
{
    int32_t high;
    const int32_t middle = rune_middle_of(left, right, &high);
    return high + (((middle >> 15) + 1) >> 1);
}

/* The upper 32 bits of a product, rounded down, and the sum. */
RUNE_INLINE int32_t rune_add_high(int32_t left, int32_t right, int32_t sum)
{
    int32_t high;
    const int32_t middle = rune_middle_of(left, right, &high);
    return (int32_t)((uint32_t)sum + (uint32_t)high + (uint32_t)(middle >> 16));
}

#else

/* The upper 32 bits of a product, rounded to nearest, halves up. */
RUNE_INLINE int32_t rune_high_rounded(int32_t left, int32_t right)
{
    return (int32_t)(((int64_t)left * right + (INT64_C(1) << 31)) >> 32);
}

/* The upper 32 bits of a product, rounded down, and the sum. */
RUNE_INLINE int32_t rune_add_high(int32_t left, int32_t right, int32_t sum)
{
    return (int32_t)((uint32_t)sum + (uint32_t)(int32_t)(((int64_t)left * right) >> 32));
}

#endif

RUNE_INLINE int32_t rune_to_byte(int32_t number)
{
    return number < -128 ? -128 : number > 127 ? 127 : number;
}

#endif

#endif
