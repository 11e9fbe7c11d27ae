/* The block mfcc: cepstral coefficients. The arithmetic is in mel.h. */
#ifndef RUNE_BLOCK_MFCC_H
#define RUNE_BLOCK_MFCC_H

#include "rune.h"
#include "mel.h"

#define RUNE_MFCC(NAME, TYPE, WHOLE, REAL, COEFFICIENTS)                                                               \
    RUNE_FUNCTION void rune_##NAME(const TYPE *in, float *out, void *scratch, const void *mel, const void *window,     \
                                   const void *turns, const void *spans, const void *weights, const void *cosines) {   \
        struct rune_mel_sound sound = {WHOLE, REAL, 0.0};                                                              \
        struct rune_mel_tables tables = {(const struct rune_mel *)mel, (const double *)window, (const double *)turns,  \
                                         (const struct rune_mel_span *)spans, (const double *)weights};                \
        COEFFICIENTS;                                                                                                  \
    }

#define RUNE_MFCC_PLAIN rune_mel_cepstrum(sound, tables, (const double *)cosines, out, (double *)scratch, 0)
#define RUNE_MFCC_NORMALISED                                                                                           \
    rune_mel_normalised_cepstrum(sound, tables, (const double *)cosines, out, (double *)scratch)

/* Functions of their own, so that a rune has the code for normalising only where it normalises. */
RUNE_MFCC(mfcc_i16, int16_t, in, 0, RUNE_MFCC_PLAIN)
RUNE_MFCC(mfcc_f32, float, 0, in, RUNE_MFCC_PLAIN)
RUNE_MFCC(mfcc_normalised_i16, int16_t, in, 0, RUNE_MFCC_NORMALISED)
RUNE_MFCC(mfcc_normalised_f32, float, 0, in, RUNE_MFCC_NORMALISED)

#endif
