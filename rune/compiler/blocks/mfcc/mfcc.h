/* The block mfcc: cepstral coefficients. The arithmetic is in mel.h. */
#ifndef RUNE_BLOCK_MFCC_H
#define RUNE_BLOCK_MFCC_H

#include "rune.h"
#include "mel.h"

#define RUNE_MFCC(NAME, TYPE, WHOLE, REAL)                                                                             \
    RUNE_FUNCTION void rune_mfcc_##NAME(const TYPE *in, float *out, void *scratch, const void *mel,                    \
                                           const void *window, const void *turns, const void *spans,                     \
                                           const void *weights, const void *cosines) {                                                       \
        struct rune_mel_sound sound = {WHOLE, REAL, 0.0};                                                                     \
        struct rune_mel_tables tables = {(const struct rune_mel *)mel, (const double *)window, (const double *)turns,     \
                                         (const struct rune_mel_span *)spans, (const double *)weights};                  \
        rune_mel_cepstrum(sound, tables, (const double *)cosines, out, (double *)scratch);                                                       \
    }

RUNE_MFCC(i16, int16_t, in, 0)
RUNE_MFCC(f32, float, 0, in)

#endif
