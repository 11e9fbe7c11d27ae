/* The block mfcc: cepstral coefficients. The arithmetic is in mel.h. */
#ifndef RUNE_BLOCK_MFCC_H
#define RUNE_BLOCK_MFCC_H

#include "rune.h"
#include "mel.h"

#define RUNE_MFCC(NAME, TYPE, WHOLE, REAL, CEPSTRUM)                                                                   \
    RUNE_FUNCTION void rune_##NAME(const TYPE *in, float *out, void *scratch, const void *mel, const void *window,     \
                                   const void *places, const void *turns, const void *spans, const void *weights,      \
                                   const void *cosines) {                                                              \
        const struct rune_mel_sound sound = {WHOLE, REAL, 0.0};                                                        \
        CEPSTRUM(sound, rune_mel_tables_of(mel, window, places, turns, spans, weights), (const float *)cosines, out,           \
                 (float *)scratch);                                                                                    \
    }

/* Functions of their own, so that a rune has only the code and the memory that its preset asks for. */
RUNE_MFCC(mfcc_i16, int16_t, in, 0, rune_mel_cepstrum)
RUNE_MFCC(mfcc_f32, float, 0, in, rune_mel_cepstrum)
RUNE_MFCC(mfcc_limited_i16, int16_t, in, 0, rune_mel_limited_cepstrum)
RUNE_MFCC(mfcc_limited_f32, float, 0, in, rune_mel_limited_cepstrum)
RUNE_MFCC(mfcc_normalised_i16, int16_t, in, 0, rune_mel_normalised_cepstrum)
RUNE_MFCC(mfcc_normalised_f32, float, 0, in, rune_mel_normalised_cepstrum)

#endif
