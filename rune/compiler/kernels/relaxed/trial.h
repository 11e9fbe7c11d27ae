/*
 * Whether the host's dot product of bytes is exact where WebAssembly leaves it open: with all 8 bits of the numbers, without
 * a cut on the way. A host computes it in one way as long as it runs, so what is seen here holds for the run.
 */
#ifndef RUNE_RELAXED_TRIAL_H
#define RUNE_RELAXED_TRIAL_H

#include "relaxed.h"
#include "rune.h"

#define RUNE_TRIALS 1024 /* the first quarter meets the ends, each in every choice of four places; the rest noise */

RUNE_SHARED void rune_try_dots(void)
{
    static const int8_t end_weights[4] = {-128, -1, 1, 127};
    static const uint8_t end_values[4] = {0, 127, 128, 255};
    uint32_t noise = 1;
    RUNE_ROLLED for (int32_t trial = 0; trial < RUNE_TRIALS; trial++) {
        int8_t weights[16];
        uint8_t values[16];
        uint32_t expected[4];
        RUNE_ROLLED for (int32_t lane = 0; lane < 4; lane++) {
            noise = noise * 1664525u + 1013904223u;
            expected[lane] = lane < 2 ? (uint32_t)INT32_MAX + (uint32_t)lane : noise; /* from both ends a sum wraps */
        }
        rune_i32x4 sums = rune_load_i32((const int32_t *)expected);
        RUNE_ROLLED for (int32_t i = 0; i < 16; i++) {
            noise = noise * 1664525u + 1013904223u;
            weights[i] = (int8_t)(noise >> 24);
            values[i] = (uint8_t)(noise >> 16);
            if (trial < RUNE_TRIALS / 4) {
                const int32_t is_there = trial >> (4 + i % 4) & 1;
                weights[i] = is_there ? end_weights[trial & 3] : 0;
                values[i] = is_there ? end_values[trial >> 2 & 3] : 255;
            }
            expected[i / 4] += (uint32_t)(weights[i] * values[i]);
        }
        sums = rune_dot_bytes(sums, rune_load_bytes(weights), rune_load_bytes(values));
        const rune_i32x4 wrong = sums != rune_load_i32((const int32_t *)expected);
        if (wrong[0] | wrong[1] | wrong[2] | wrong[3]) {
            struct rune_message message = {.size = 0};
            rune_message_text(&message, "this module needs relaxed SIMD whose dot product of bytes is exact, and this "
                                        "host's is not: run the rune that was built for wasm32");
            rune_fail(&message);
        }
    }
}

#endif
