/* The block quantize: round(element / scale) + zero point in f32, halves away from zero, limited to the type. */
#ifndef RUNE_BLOCK_QUANTIZE_H
#define RUNE_BLOCK_QUANTIZE_H

#include "rune.h"
#include "rune_math.h"

#define RUNE_QUANTIZE(NAME, TYPE, LOW, HIGH)                                                                          \
    RUNE_FUNCTION void rune_quantize_##NAME(const float *in, TYPE *out, int32_t count, double scale,                  \
                                            int32_t zero_point) {                                                     \
        for (int32_t i = 0; i < count; ++i) {                                                                         \
            float steps = in[i] / (float)scale;                                                                       \
            double whole = rune_round((double)steps) + (double)zero_point;                                            \
            if (whole != whole) whole = (double)zero_point;                                                           \
            out[i] = whole <= (LOW) ? (TYPE)(LOW) : whole >= (HIGH) ? (TYPE)(HIGH) : (TYPE)whole;                     \
        }                                                                                                             \
    }

RUNE_QUANTIZE(i8, int8_t, -128, 127)
RUNE_QUANTIZE(u8, uint8_t, 0, 255)
RUNE_QUANTIZE(i16, int16_t, -32768, 32767)

#endif
