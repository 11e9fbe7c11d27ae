/* Four sums of products at a time: of four pixels with one channel's weights, or of one pixel with four channels'. */
#ifndef RUNE_M0PLUS_FOUR_SUMS_H
#define RUNE_M0PLUS_FOUR_SUMS_H

#include "instructions.h"

#define RUNE_SUMS 4

#if defined(__GNUC__) && defined(__ARM_ARCH_6M__)

/* `numbers` are [number][pixel]; `count` is above 0. The sums stay in the upper registers, which can only be added to. */
RUNE_ASSEMBLY void rune_four_pixels(const int32_t *numbers RUNE_UNUSED, const int8_t *weights RUNE_UNUSED,
                                    int32_t count RUNE_UNUSED, int32_t *sums RUNE_UNUSED)
{
    __asm__(".syntax unified\n"
            "push {r3-r7, lr}\n"
            "mov r4, r8\n"
            "mov r5, r9\n"
            "mov r6, r10\n"
            "mov r7, r11\n"
            "push {r4-r7}\n"
            "ldmia r3!, {r4-r7}\n"
            "mov r8, r4\n"
            "mov r9, r5\n"
            "mov r10, r6\n"
            "mov r11, r7\n"
            "adds r1, r1, r2\n"
            "rsbs r3, r2, #0\n"
            "1:\n"
            "ldmia r0!, {r4-r7}\n"
            "ldrsb r2, [r1, r3]\n"
            "muls r4, r2, r4\n"
            "add r8, r4\n"
            "muls r5, r2, r5\n"
            "add r9, r5\n"
            "muls r6, r2, r6\n"
            "add r10, r6\n"
            "muls r7, r2, r7\n"
            "add r11, r7\n"
            "adds r3, #1\n"
            "bne 1b\n"
            "ldr r3, [sp, #16]\n"
            "mov r4, r8\n"
            "mov r5, r9\n"
            "mov r6, r10\n"
            "mov r7, r11\n"
            "stmia r3!, {r4-r7}\n"
            "pop {r4-r7}\n"
            "mov r8, r4\n"
            "mov r9, r5\n"
            "mov r10, r6\n"
            "mov r11, r7\n"
            "pop {r3-r7, pc}\n");
}

/* `weights` are of four channels, `count` from channel to channel; `count` is above 0. */
RUNE_ASSEMBLY void rune_four_channels(const int8_t *numbers RUNE_UNUSED, const int8_t *weights RUNE_UNUSED,
                                      int32_t count RUNE_UNUSED, int32_t *sums RUNE_UNUSED)
{
    __asm__(".syntax unified\n"
            "push {r3-r7, lr}\n"
            "mov r4, r8\n"
            "mov r5, r9\n"
            "mov r6, r10\n"
            "mov r7, r11\n"
            "push {r4-r7}\n"
            "ldmia r3!, {r4-r7}\n"
            "mov r8, r4\n"
            "mov r9, r5\n"
            "mov r10, r6\n"
            "mov r11, r7\n"
            "adds r0, r0, r2\n"
            "adds r1, r1, r2\n"
            "adds r3, r1, r2\n"
            "adds r4, r3, r2\n"
            "adds r5, r4, r2\n"
            "rsbs r2, r2, #0\n"
            "1:\n"
            "ldrsb r6, [r0, r2]\n"
            "ldrsb r7, [r1, r2]\n"
            "muls r7, r6, r7\n"
            "add r8, r7\n"
            "ldrsb r7, [r3, r2]\n"
            "muls r7, r6, r7\n"
            "add r9, r7\n"
            "ldrsb r7, [r4, r2]\n"
            "muls r7, r6, r7\n"
            "add r10, r7\n"
            "ldrsb r7, [r5, r2]\n"
            "muls r7, r6, r7\n"
            "add r11, r7\n"
            "adds r2, #1\n"
            "bne 1b\n"
            "ldr r3, [sp, #16]\n"
            "mov r4, r8\n"
            "mov r5, r9\n"
            "mov r6, r10\n"
            "mov r7, r11\n"
            "stmia r3!, {r4-r7}\n"
            "pop {r4-r7}\n"
            "mov r8, r4\n"
            "mov r9, r5\n"
            "mov r10, r6\n"
            "mov r11, r7\n"
            "pop {r3-r7, pc}\n");
}

#else

/* `numbers` are [number][pixel]; `count` is above 0. */
RUNE_FUNCTION void rune_four_pixels(const int32_t *numbers, const int8_t *weights, int32_t count, int32_t *sums)
{
    uint32_t a = (uint32_t)sums[0], b = (uint32_t)sums[1], c = (uint32_t)sums[2], d = (uint32_t)sums[3];
    for (const int8_t *end = weights + count; weights != end; weights++, numbers += RUNE_SUMS) {
        a += (uint32_t)(numbers[0] * *weights);
        b += (uint32_t)(numbers[1] * *weights);
        c += (uint32_t)(numbers[2] * *weights);
        d += (uint32_t)(numbers[3] * *weights);
    }
    sums[0] = (int32_t)a, sums[1] = (int32_t)b, sums[2] = (int32_t)c, sums[3] = (int32_t)d;
}

/* `weights` are of four channels, `count` from channel to channel; `count` is above 0. */
RUNE_FUNCTION void rune_four_channels(const int8_t *numbers, const int8_t *weights, int32_t count, int32_t *sums)
{
    const int8_t *second = weights + count, *third = second + count, *fourth = third + count;
    uint32_t a = (uint32_t)sums[0], b = (uint32_t)sums[1], c = (uint32_t)sums[2], d = (uint32_t)sums[3];
    for (const int8_t *end = numbers + count; numbers != end; numbers++) {
        a += (uint32_t)(*numbers * *weights++);
        b += (uint32_t)(*numbers * *second++);
        c += (uint32_t)(*numbers * *third++);
        d += (uint32_t)(*numbers * *fourth++);
    }
    sums[0] = (int32_t)a, sums[1] = (int32_t)b, sums[2] = (int32_t)c, sums[3] = (int32_t)d;
}

#endif

#endif
