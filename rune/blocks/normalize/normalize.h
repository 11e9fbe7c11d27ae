/* The block normalize: min-max scaling in the element's own type. The least and greatest are found from the left, so a
 * NaN in the first place stays and one elsewhere is passed over. */
#ifndef RUNE_BLOCK_NORMALIZE_H
#define RUNE_BLOCK_NORMALIZE_H

#include "rune.h"
#include "rune_math.h"

#define RUNE_NORMALIZE_RANGE(TYPE)                                                                                    \
    TYPE low = count > 0 ? in[0] : 0, high = low;                                                                     \
    for (int32_t i = 1; i < count; ++i) {                                                                             \
        if (in[i] < low) low = in[i];                                                                                 \
        if (in[i] > high) high = in[i];                                                                               \
    }                                                                                                                 \
    if (low == high) {                                                                                                \
        for (int32_t i = 0; i < count; ++i) out[i] = in[i];                                                           \
        return;                                                                                                       \
    }

#define RUNE_NORMALIZE_FLOAT(NAME, TYPE, ONE_NAN)                                                                     \
    RUNE_FUNCTION void rune_normalize_##NAME(const TYPE *in, TYPE *out, int32_t count) {                              \
        RUNE_NORMALIZE_RANGE(TYPE)                                                                                    \
        for (int32_t i = 0; i < count; ++i) out[i] = ONE_NAN((in[i] - low) / (high - low));                           \
    }

#define RUNE_NORMALIZE_UNSIGNED(NAME, TYPE)                                                                           \
    RUNE_FUNCTION void rune_normalize_##NAME(const TYPE *in, TYPE *out, int32_t count) {                              \
        RUNE_NORMALIZE_RANGE(TYPE)                                                                                    \
        for (int32_t i = 0; i < count; ++i) out[i] = (TYPE)((TYPE)(in[i] - low) / (TYPE)(high - low));                \
    }

/* Differences wrap in the element's type, as they did in the old block; the least value over -1 has no quotient. */
#define RUNE_NORMALIZE_SIGNED(NAME, TYPE, UNSIGNED)                                                                   \
    RUNE_FUNCTION void rune_normalize_##NAME(const TYPE *in, TYPE *out, int32_t count) {                              \
        RUNE_NORMALIZE_RANGE(TYPE)                                                                                    \
        TYPE range = (TYPE)(UNSIGNED)((UNSIGNED)high - (UNSIGNED)low);                                                \
        for (int32_t i = 0; i < count; ++i) {                                                                         \
            TYPE above = (TYPE)(UNSIGNED)((UNSIGNED)in[i] - (UNSIGNED)low);                                           \
            if (range == -1 && above < 0 && (UNSIGNED)above == (UNSIGNED)(0 - (UNSIGNED)above)) {                     \
                rune_normalize_overflows(i);                                                                          \
                return;                                                                                               \
            }                                                                                                         \
            out[i] = (TYPE)(above / range);                                                                           \
        }                                                                                                             \
    }

RUNE_FUNCTION RUNE_NORETURN void rune_normalize_overflows(int32_t index) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "normalize: attempt to divide with overflow at element ");
    rune_message_number(&message, index);
    rune_fail(&message);
}

RUNE_NORMALIZE_UNSIGNED(u8, uint8_t)
RUNE_NORMALIZE_SIGNED(i8, int8_t, uint8_t)
RUNE_NORMALIZE_UNSIGNED(u16, uint16_t)
RUNE_NORMALIZE_SIGNED(i16, int16_t, uint16_t)
RUNE_NORMALIZE_UNSIGNED(u32, uint32_t)
RUNE_NORMALIZE_SIGNED(i32, int32_t, uint32_t)
RUNE_NORMALIZE_UNSIGNED(u64, uint64_t)
RUNE_NORMALIZE_SIGNED(i64, int64_t, uint64_t)
RUNE_NORMALIZE_FLOAT(f32, float, rune_one_nan_f32)
RUNE_NORMALIZE_FLOAT(f64, double, rune_one_nan)

#endif
