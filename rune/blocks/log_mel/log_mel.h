/* The block log_mel: logarithms of mel bands. The arithmetic is in mel.h and micro_frontend.h. */
#ifndef RUNE_BLOCK_LOG_MEL_H
#define RUNE_BLOCK_LOG_MEL_H

#include "rune.h"
#include "mel.h"
#include "micro_frontend.h"

#define RUNE_LOG_MEL(NAME, TYPE, WHOLE, REAL)                                                                          \
    RUNE_FUNCTION void rune_log_mel_##NAME(const TYPE *in, float *out, void *scratch, const void *mel,                 \
                                       const void *window, const void *places, const void *turns,                      \
                                       const void *spans, const void *weights) {                                       \
        const struct rune_mel_sound sound = {WHOLE, REAL, 0.0};                                                        \
        rune_mel_logarithms(sound, rune_mel_tables_of(mel, window, places, turns, spans, weights), out,                \
                            scratch);                                                                                  \
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

RUNE_FUNCTION struct rune_micro_tables rune_log_mel_tables(const void *plan, const void *window, const void *turns,
                                                           const void *half_turns, const void *bands,
                                                           const void *weights, const void *gains, const void *logs) {
    const struct rune_micro_tables tables = {
        (const struct rune_micro *)plan,         (const int16_t *)window,
        (const struct rune_micro_point *)turns,  (const struct rune_micro_point *)half_turns,
        (const struct rune_micro_band *)bands,   (const struct rune_micro_weight *)weights,
        (const int16_t *)gains,                  (const int32_t *)logs};
    return tables;
}

/* `count` samples from `start` on, where those below `kept` are of the runs before. What it writes may be what it reads,
 * as none is written before it was read. */
RUNE_FUNCTION void rune_log_mel_joined(const int16_t *before, const int16_t *in, int32_t kept, int32_t start, int32_t count,
                                       int16_t *out) {
    for (int32_t i = 0; i < count; ++i) out[i] = start + i < kept ? before[start + i] : in[start + i - kept];
}

/* estimates: u32 of each band, or 0 to leave the noise in; before: of a stream the samples by which frames overlap, which
 * move on, else 0; scratch: the points of one frame, u16 of each band, and of a stream the samples of a frame. */
#define RUNE_LOG_MEL_MICRO(NAME, TYPE)                                                                                \
    RUNE_FUNCTION void rune_log_mel_micro_frames_##NAME(const int16_t *in, TYPE *out, uint32_t *estimates, int16_t *before,\
                                                        void *scratch, struct rune_micro_tables tables, int32_t floor) {\
        const struct rune_micro *plan = tables.plan;                                                                  \
        struct rune_micro_point *points = (struct rune_micro_point *)scratch;                                         \
        uint16_t *features = (uint16_t *)(void *)(points + plan->size / 2);                                           \
        int16_t *joined = (int16_t *)(features + plan->bands);                                                        \
        const int32_t kept = before ? plan->frame - plan->step : 0;                                                   \
        for (int32_t frame = 0; frame < plan->frames; ++frame, out += plan->bands) {                                  \
            const int32_t start = frame * plan->step;                                                                 \
            const int16_t *sound = start < kept ? joined : in + (start - kept);                                       \
            if (start < kept) rune_log_mel_joined(before, in, kept, start, plan->frame, joined);                      \
            rune_micro_frame(sound, tables, points, estimates, features);                                             \
            for (int32_t band = 0; band < plan->bands; ++band)                                                        \
                out[band] = rune_log_mel_as_##NAME((uint16_t)(features[band] > floor ? features[band] - floor : 0));  \
        }                                                                                                             \
        rune_log_mel_joined(before, in, kept, plan->frames * plan->step, kept, before);                               \
    }                                                                                                                 \
    RUNE_FUNCTION void rune_log_mel_micro_##NAME(const int16_t *in, TYPE *out, void *estimates, void *scratch,        \
                                                 const void *plan, const void *window, const void *turns,             \
                                                 const void *half_turns, const void *bands, const void *weights,      \
                                                 const void *gains, const void *logs) {                               \
        rune_log_mel_micro_frames_##NAME(                                                                             \
            in, out, (uint32_t *)estimates, 0, scratch,                                                               \
            rune_log_mel_tables(plan, window, turns, half_turns, bands, weights, gains, logs), 0);                    \
    }                                                                                                                 \
    RUNE_FUNCTION void rune_log_mel_micro_##NAME##_fresh(                                                             \
        const int16_t *in, TYPE *out, void *scratch, const void *plan, const void *window, const void *turns,         \
        const void *half_turns, const void *bands, const void *weights, const void *gains, const void *logs) {        \
        uint32_t *estimates = (uint32_t *)scratch;                                                                    \
        const int32_t count = ((const struct rune_micro *)plan)->bands;                                               \
        for (int32_t band = 0; band < count; ++band) estimates[band] = 0;                                             \
        rune_log_mel_micro_##NAME(in, out, estimates, estimates + count, plan, window, turns, half_turns, bands,      \
                                  weights, gains, logs);                                                              \
    }                                                                                                                 \
    RUNE_FUNCTION void rune_log_mel_micro_##NAME##_stream(                                                            \
        const int16_t *in, TYPE *out, void *state, void *scratch, const void *plan, const void *window,               \
        const void *turns, const void *half_turns, const void *bands, const void *weights, const void *gains,         \
        const void *logs) {                                                                                           \
        uint32_t *estimates = (uint32_t *)state;                                                                      \
        int16_t *before = (int16_t *)(void *)(estimates + ((const struct rune_micro *)plan)->bands);                  \
        rune_log_mel_micro_frames_##NAME(                                                                             \
            in, out, estimates, before, scratch,                                                                      \
            rune_log_mel_tables(plan, window, turns, half_turns, bands, weights, gains, logs), 0);                    \
    }                                                                                                                 \
    RUNE_FUNCTION void rune_log_mel_micro_##NAME##_noisy(                                                             \
        const int16_t *in, TYPE *out, void *scratch, const void *plan, const void *window, const void *turns,         \
        const void *half_turns, const void *bands, const void *weights, const void *logs, int32_t floor) {            \
        rune_log_mel_micro_frames_##NAME(                                                                             \
            in, out, 0, 0, scratch, rune_log_mel_tables(plan, window, turns, half_turns, bands, weights, 0, logs),    \
            floor);                                                                                                   \
    }                                                                                                                 \
    RUNE_FUNCTION void rune_log_mel_micro_##NAME##_noisy_stream(                                                      \
        const int16_t *in, TYPE *out, void *before, void *scratch, const void *plan, const void *window,              \
        const void *turns, const void *half_turns, const void *bands, const void *weights, const void *logs,          \
        int32_t floor) {                                                                                              \
        rune_log_mel_micro_frames_##NAME(                                                                             \
            in, out, 0, (int16_t *)before, scratch,                                                                   \
            rune_log_mel_tables(plan, window, turns, half_turns, bands, weights, 0, logs), floor);                    \
    }

RUNE_LOG_MEL_MICRO(f32, float)
RUNE_LOG_MEL_MICRO(i8, int8_t)
RUNE_LOG_MEL_MICRO(u16, uint16_t)

#endif
