/* The block audio_float_conversion: each sample over 32767; the lowest of all is -1 too. */
#ifndef RUNE_BLOCK_AUDIO_FLOAT_CONVERSION_H
#define RUNE_BLOCK_AUDIO_FLOAT_CONVERSION_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION void rune_audio_float_conversion(const int16_t *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        float value = (float)in[i] / 32767.0f;
        out[i] = value < -1.0f ? -1.0f : value;
    }
}

#endif
