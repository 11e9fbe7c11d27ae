/* The block mfe: energies of mel bands. The arithmetic is in mel.h. */
#ifndef RUNE_BLOCK_MFE_H
#define RUNE_BLOCK_MFE_H

#include "rune.h"
#include "mel.h"

#define RUNE_MFE(NAME, TYPE, WHOLE, REAL)                                                                             \
    RUNE_FUNCTION void rune_mfe_##NAME(const TYPE *in, float *out, void *scratch, const void *mel,                    \
                                           const void *window, const void *turns, const void *spans,                     \
                                           const void *weights) {                                                       \
        struct rune_mel_sound sound = {WHOLE, REAL, 0.0};                                                                     \
        struct rune_mel_tables tables = {(const struct rune_mel *)mel, (const double *)window, (const double *)turns,     \
                                         (const struct rune_mel_span *)spans, (const double *)weights};                  \
        rune_mel_energies(sound, tables, out, (double *)scratch);                                                       \
    }

RUNE_MFE(i16, int16_t, in, 0)
RUNE_MFE(f32, float, 0, in)

#endif
