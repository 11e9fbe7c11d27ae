/* The block mfe: energies of mel bands. The arithmetic is in mel.h. */
#ifndef RUNE_BLOCK_MFE_H
#define RUNE_BLOCK_MFE_H

#include "rune.h"
#include "mel.h"

#define RUNE_MFE(NAME, TYPE, WHOLE, REAL)                                                                              \
    RUNE_FUNCTION void rune_mfe_##NAME(const TYPE *in, float *out, void *scratch, const void *mel,                     \
                                       const void *window, const void *places, const void *turns,                      \
                                       const void *spans, const void *weights) {                                       \
        const struct rune_mel_sound sound = {WHOLE, REAL, 0.0};                                                        \
        rune_mel_energies(sound, rune_mel_tables_of(mel, window, places, turns, spans, weights), out,                  \
                          scratch);                                                                                    \
    }

RUNE_MFE(i16, int16_t, in, 0)
RUNE_MFE(f32, float, 0, in)

#endif
