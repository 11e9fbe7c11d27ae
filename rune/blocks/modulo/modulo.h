/* The block modulo: the remainder of each element, computed in f32. */
#ifndef RUNE_BLOCK_MODULO_H
#define RUNE_BLOCK_MODULO_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION RUNE_NORETURN void rune_modulo_does_not_fit(int32_t index, const char *type) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "modulo: the remainder of element ");
    rune_message_number(&message, index);
    rune_message_text(&message, " does not fit ");
    rune_message_text(&message, type);
    rune_fail(&message);
}

/* LOW and HIGH are exact in f32: every truncated value above LOW and below HIGH fits; NaN compares false. */
#define RUNE_MODULO_INTEGER(NAME, TYPE, LOW, HIGH)                                                                    \
    RUNE_FUNCTION void rune_modulo_##NAME(const TYPE *in, TYPE *out, int32_t count, double modulus) {                 \
        for (int32_t i = 0; i < count; ++i) {                                                                         \
            float rest = rune_truncf(rune_fmodf((float)in[i], (float)modulus));                                       \
            if (!(rest >= (LOW) && rest < (HIGH))) {                                                                  \
                rune_modulo_does_not_fit(i, #NAME);                                                                   \
                return;                                                                                               \
            }                                                                                                         \
            out[i] = (TYPE)rest;                                                                                      \
        }                                                                                                             \
    }

RUNE_MODULO_INTEGER(u8, uint8_t, 0.0f, 256.0f)
RUNE_MODULO_INTEGER(i8, int8_t, -128.0f, 128.0f)
RUNE_MODULO_INTEGER(u16, uint16_t, 0.0f, 65536.0f)
RUNE_MODULO_INTEGER(i16, int16_t, -32768.0f, 32768.0f)
RUNE_MODULO_INTEGER(u32, uint32_t, 0.0f, 4294967296.0f)
RUNE_MODULO_INTEGER(i32, int32_t, -2147483648.0f, 2147483648.0f)
RUNE_MODULO_INTEGER(u64, uint64_t, 0.0f, 18446744073709551616.0f)
RUNE_MODULO_INTEGER(i64, int64_t, -9223372036854775808.0f, 9223372036854775808.0f)

RUNE_FUNCTION void rune_modulo_f32(const float *in, float *out, int32_t count, double modulus) {
    for (int32_t i = 0; i < count; ++i) out[i] = rune_fmodf(in[i], (float)modulus);
}

RUNE_FUNCTION void rune_modulo_f64(const double *in, double *out, int32_t count, double modulus) {
    for (int32_t i = 0; i < count; ++i) out[i] = (double)rune_fmodf((float)in[i], (float)modulus);
}

#endif
