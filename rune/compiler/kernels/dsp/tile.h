/*
 * A tile of a product of matrices: the sums of two channels for up to four pixels.
 *
 * Pixels are words of two numbers of 16 bits, [pair][pixel]: groups of four numbers of a pixel (0, 1, 2, 3) as the pairs
 * (0, 2) and (1, 3), which one instruction makes of four bytes. Weights are words of four bytes, [pair]: the two
 * channels' first numbers, then their second ones, so that the same instruction gives each channel its pair.
 */
#ifndef RUNE_DSP_TILE_H
#define RUNE_DSP_TILE_H

#include "instructions.h"

#define RUNE_TILE_PIXELS 4

/* `sums` are [channel][pixel]. Pairs of numbers go in twos. `pixels` is known when it is compiled, from 1 to 4. */
RUNE_INLINE void rune_tile(const uint32_t *numbers, const uint32_t *weights, const uint32_t *end, const int32_t *bias,
                           int32_t *sums, const int32_t pixels)
{
    int32_t first[RUNE_TILE_PIXELS], second[RUNE_TILE_PIXELS];
    for (int32_t i = 0; i < pixels; i++) {
        first[i] = bias[0];
        second[i] = bias[1];
    }
    for (; weights != end; weights += 2, numbers += 2 * pixels) {
        uint32_t low = rune_even_bytes(weights[0]), high = rune_odd_bytes(weights[0]);
        for (int32_t i = 0; i < pixels; i++) {
            first[i] = rune_add_products(numbers[i], low, first[i]);
            second[i] = rune_add_products(numbers[i], high, second[i]);
        }
        low = rune_even_bytes(weights[1]);
        high = rune_odd_bytes(weights[1]);
        for (int32_t i = 0; i < pixels; i++) {
            first[i] = rune_add_products(numbers[pixels + i], low, first[i]);
            second[i] = rune_add_products(numbers[pixels + i], high, second[i]);
        }
    }
    for (int32_t i = 0; i < pixels; i++) {
        sums[i] = first[i];
        sums[pixels + i] = second[i];
    }
}

#if RUNE_HAS_DSP

/* Of four pixels: eight sums, two weights and two pixels stay in registers, which no compiler
 * manages. The end of the weights is on the stack. */
RUNE_ASSEMBLY void rune_tile_of_four(const uint32_t *numbers RUNE_UNUSED, const uint32_t *weights RUNE_UNUSED,
                                     const uint32_t *end RUNE_UNUSED, const int32_t *bias RUNE_UNUSED,
                                     int32_t *sums RUNE_UNUSED)
{
#define RUNE_TILE_STEP                 \
    "ldr r2, [r1], #4\n"               \
    "ldrd r12, lr, [r0], #8\n"         \
    "sxtb16 r3, r2, ror #8\n"          \
    "sxtb16 r2, r2\n"                  \
    "smlad r4, r12, r2, r4\n"          \
    "smlad r8, r12, r3, r8\n"          \
    "smlad r5, lr, r2, r5\n"           \
    "smlad r9, lr, r3, r9\n"           \
    "ldrd r12, lr, [r0], #8\n"         \
    "smlad r6, r12, r2, r6\n"          \
    "smlad r10, r12, r3, r10\n"        \
    "smlad r7, lr, r2, r7\n"           \
    "smlad r11, lr, r3, r11\n"
    __asm__("push {r2, r4-r11, lr}\n"
            "ldrd r4, r8, [r3]\n"
            "mov r5, r4\n"
            "mov r6, r4\n"
            "mov r7, r4\n"
            "mov r9, r8\n"
            "mov r10, r8\n"
            "mov r11, r8\n"
            "1:\n" RUNE_TILE_STEP RUNE_TILE_STEP
            "ldr r12, [sp]\n"
            "cmp r1, r12\n"
            "bne 1b\n"
            "ldr r3, [sp, #40]\n"
            "stmia r3, {r4-r11}\n"
            "pop {r2, r4-r11, pc}\n");
#undef RUNE_TILE_STEP
}

/* Of one pixel. */
RUNE_ASSEMBLY void rune_tile_of_one(const uint32_t *numbers RUNE_UNUSED, const uint32_t *weights RUNE_UNUSED,
                                    const uint32_t *end RUNE_UNUSED, const int32_t *bias RUNE_UNUSED,
                                    int32_t *sums RUNE_UNUSED)
{
    __asm__("push {r4-r10, lr}\n"
            "ldrd r9, r10, [r3]\n"
            "1:\n"
            "ldrd r4, r5, [r1], #8\n"
            "ldrd r6, r7, [r0], #8\n"
            "sxtb16 r8, r4\n"
            "sxtb16 r4, r4, ror #8\n"
            "smlad r9, r6, r8, r9\n"
            "smlad r10, r6, r4, r10\n"
            "sxtb16 r8, r5\n"
            "sxtb16 r5, r5, ror #8\n"
            "smlad r9, r7, r8, r9\n"
            "smlad r10, r7, r5, r10\n"
            "cmp r1, r2\n"
            "bne 1b\n"
            "ldr r3, [sp, #32]\n"
            "strd r9, r10, [r3]\n"
            "pop {r4-r10, pc}\n");
}

#else

RUNE_FUNCTION void rune_tile_of_four(const uint32_t *numbers, const uint32_t *weights, const uint32_t *end,
                                     const int32_t *bias, int32_t *sums)
{
    rune_tile(numbers, weights, end, bias, sums, RUNE_TILE_PIXELS);
}

RUNE_FUNCTION void rune_tile_of_one(const uint32_t *numbers, const uint32_t *weights, const uint32_t *end,
                                    const int32_t *bias, int32_t *sums)
{
    rune_tile(numbers, weights, end, bias, sums, 1);
}

#endif

/* Of some pixels, 1 to 4. */
RUNE_FUNCTION void rune_tile_of(int32_t pixels, const uint32_t *numbers, const uint32_t *weights, const uint32_t *end,
                                const int32_t *bias, int32_t *sums)
{
    switch (pixels) {
    case 1:
        rune_tile_of_one(numbers, weights, end, bias, sums);
        break;
    case 2:
        rune_tile(numbers, weights, end, bias, sums, 2);
        break;
    case 3:
        rune_tile(numbers, weights, end, bias, sums, 3);
        break;
    default:
        rune_tile_of_four(numbers, weights, end, bias, sums);
    }
}

#endif
