/* The block cast: each element through f64, which holds all of these types exactly, limited to the type that comes out. */
#ifndef RUNE_BLOCK_CAST_H
#define RUNE_BLOCK_CAST_H

#include "rune.h"
#include "rune_math.h"

/* A NaN becomes 0, and a number out of range the nearest limit. */
RUNE_FUNCTION double rune_cast_whole(double value, int32_t is_nearest, double low, double high) {
    if (value != value) return 0.0;
    double whole = is_nearest ? rune_round(value) : rune_trunc(value);
    return whole < low ? low : whole > high ? high : whole;
}

#define RUNE_CAST_WHOLE(FROM, FROM_TYPE, TO, TO_TYPE, LOW, HIGH)                                                      \
    RUNE_FUNCTION void rune_cast_##FROM##_to_##TO(const FROM_TYPE *in, TO_TYPE *out, int32_t count,                   \
                                                  int32_t is_nearest) {                                               \
        for (int32_t i = 0; i < count; ++i)                                                                           \
            out[i] = (TO_TYPE)rune_cast_whole((double)in[i], is_nearest, LOW, HIGH);                                  \
    }

#define RUNE_CAST(FROM, TYPE)                                                                                         \
    RUNE_CAST_WHOLE(FROM, TYPE, u8, uint8_t, 0.0, 255.0)                                                              \
    RUNE_CAST_WHOLE(FROM, TYPE, i8, int8_t, -128.0, 127.0)                                                            \
    RUNE_CAST_WHOLE(FROM, TYPE, u16, uint16_t, 0.0, 65535.0)                                                          \
    RUNE_CAST_WHOLE(FROM, TYPE, i16, int16_t, -32768.0, 32767.0)                                                      \
    RUNE_CAST_WHOLE(FROM, TYPE, u32, uint32_t, 0.0, 4294967295.0)                                                     \
    RUNE_CAST_WHOLE(FROM, TYPE, i32, int32_t, -2147483648.0, 2147483647.0)                                            \
    RUNE_FUNCTION void rune_cast_##FROM##_to_f32(const TYPE *in, float *out, int32_t count, int32_t is_nearest) {     \
        (void)is_nearest;                                                                                             \
        for (int32_t i = 0; i < count; ++i) out[i] = rune_one_nan_f32((float)in[i]);                                  \
    }                                                                                                                 \
    RUNE_FUNCTION void rune_cast_##FROM##_to_f64(const TYPE *in, double *out, int32_t count, int32_t is_nearest) {    \
        (void)is_nearest;                                                                                             \
        for (int32_t i = 0; i < count; ++i) out[i] = rune_one_nan((double)in[i]);                                     \
    }

RUNE_CAST(u8, uint8_t)
RUNE_CAST(i8, int8_t)
RUNE_CAST(u16, uint16_t)
RUNE_CAST(i16, int16_t)
RUNE_CAST(u32, uint32_t)
RUNE_CAST(i32, int32_t)
RUNE_CAST(f32, float)
RUNE_CAST(f64, double)

#endif
