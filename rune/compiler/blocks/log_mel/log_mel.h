/* The block log_mel: logarithms of mel bands. The arithmetic is in mel.h and micro_frontend.h. */
#ifndef RUNE_BLOCK_LOG_MEL_H
#define RUNE_BLOCK_LOG_MEL_H

#include "rune.h"
#include "mel.h"
#include "micro_frontend.h"

#define RUNE_LOG_MEL(NAME, TYPE, WHOLE, REAL)                                                                             \
    RUNE_FUNCTION void rune_log_mel_##NAME(const TYPE *in, float *out, void *scratch, const void *mel,                    \
                                           const void *window, const void *turns, const void *spans,                     \
                                           const void *weights) {                                                       \
        struct rune_mel_sound sound = {WHOLE, REAL, 0.0};                                                                     \
        struct rune_mel_tables tables = {(const struct rune_mel *)mel, (const double *)window, (const double *)turns,     \
                                         (const struct rune_mel_span *)spans, (const double *)weights};                  \
        rune_mel_logarithms(sound, tables, out, (double *)scratch);                                                       \
    }

RUNE_LOG_MEL(i16, int16_t, in, 0)
RUNE_LOG_MEL(f32, float, 0, in)

/* A feature as the model's input: times 10/256 as f32, or quantized to i8 as micro_speech does it. */
RUNE_FUNCTION float rune_log_mel_as_f32(uint16_t feature) { return (float)feature * 0.0390625f; }

RUNE_FUNCTION int8_t rune_log_mel_as_i8(uint16_t feature) {
    int32_t value = (feature * 256 + 333) / 666 - 128;
    return (int8_t)(value > 127 ? 127 : value);
}

RUNE_FUNCTION uint16_t rune_log_mel_as_u16(uint16_t feature) { return feature; }

/* estimates: u32 of each band; scratch: the points of one frame, then u16 of each band. */
#define RUNE_LOG_MEL_MICRO(NAME, TYPE)                                                                                \
    RUNE_FUNCTION void rune_log_mel_micro_##NAME(const int16_t *in, TYPE *out, void *estimates, void *scratch,        \
                                                 const void *plan, const void *window, const void *turns,             \
                                                 const void *half_turns, const void *bands, const void *weights,      \
                                                 const void *gains, const void *logs) {                               \
        const struct rune_micro_tables tables = {                                                                     \
            (const struct rune_micro *)plan,         (const int16_t *)window,                                         \
            (const struct rune_micro_point *)turns,  (const struct rune_micro_point *)half_turns,                     \
            (const struct rune_micro_band *)bands,   (const struct rune_micro_weight *)weights,                       \
            (const int16_t *)gains,                  (const int32_t *)logs};                                          \
        struct rune_micro_point *points = (struct rune_micro_point *)scratch;                                         \
        uint16_t *features = (uint16_t *)(void *)(points + tables.plan->size / 2);                                    \
        for (int32_t frame = 0; frame < tables.plan->frames; ++frame, out += tables.plan->bands) {                    \
            rune_micro_frame(in + frame * tables.plan->step, tables, points, (uint32_t *)estimates, features);        \
            for (int32_t band = 0; band < tables.plan->bands; ++band)                                                 \
                out[band] = rune_log_mel_as_##NAME(features[band]);                                                   \
        }                                                                                                             \
    }                                                                                                                 \
    RUNE_FUNCTION void rune_log_mel_micro_##NAME##_fresh(                                                             \
        const int16_t *in, TYPE *out, void *scratch, const void *plan, const void *window, const void *turns,         \
        const void *half_turns, const void *bands, const void *weights, const void *gains, const void *logs) {        \
        uint32_t *estimates = (uint32_t *)scratch;                                                                    \
        const int32_t count = ((const struct rune_micro *)plan)->bands;                                               \
        for (int32_t band = 0; band < count; ++band) estimates[band] = 0;                                             \
        rune_log_mel_micro_##NAME(in, out, estimates, estimates + count, plan, window, turns, half_turns, bands,      \
                                  weights, gains, logs);                                                              \
    }

RUNE_LOG_MEL_MICRO(f32, float)
RUNE_LOG_MEL_MICRO(i8, int8_t)
RUNE_LOG_MEL_MICRO(u16, uint16_t)

#endif
