/* Gain control by an estimate of the noise, for each band of a spectrum: what two blocks for sound share. */
#ifndef RUNE_NOISE_GAIN_H
#define RUNE_NOISE_GAIN_H

#include <stdint.h>

#include "language.h"
#include "rune_math.h"

/* The gain for a noise estimate: a parabola within its octave. */
RUNE_FUNCTION uint32_t rune_noise_gain(uint32_t estimate, const int16_t *gains) {
    if (estimate <= 2) return (uint32_t)(int32_t)gains[estimate];
    int32_t bits = rune_bit_length(estimate);
    const int16_t *octave = gains + 4 * bits - 6;
    int32_t fraction = (int32_t)((bits < 11 ? estimate << (11 - bits) : estimate >> (bits - 11)) & 0x3FF);
    int32_t gain = (octave[2] * fraction) >> 5;
    gain += octave[1] * 32;
    gain = (int32_t)((uint32_t)gain * (uint32_t)fraction);
    gain = (int32_t)((uint32_t)gain + 16384u) >> 15;
    return (uint32_t)(int32_t)(int16_t)(gain + octave[0]);
}

/* A cleaned value, evened by the gain for the estimate. */
RUNE_FUNCTION uint32_t rune_noise_evened(uint32_t cleaned, uint32_t estimate, const int16_t *gains, int32_t shift) {
    uint32_t ratio = (uint32_t)(((uint64_t)cleaned * rune_noise_gain(estimate, gains)) >> shift);
    return ratio < 8192 ? (ratio * ratio) >> 20 : (ratio >> 6) - 64;
}

#endif
