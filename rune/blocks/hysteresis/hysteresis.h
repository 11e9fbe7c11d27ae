/* The block hysteresis: each element has a switch of its own. A NaN switches nothing. */
#ifndef RUNE_BLOCK_HYSTERESIS_H
#define RUNE_BLOCK_HYSTERESIS_H

#include "rune.h"

RUNE_FUNCTION void rune_hysteresis(const float *in, uint8_t *out, void *state, int32_t count, double on, double off) {
    uint8_t *switches = (uint8_t *)state;
    for (int32_t i = 0; i < count; ++i) {
        if (in[i] >= (float)on) switches[i] = 1;
        else if (in[i] < (float)off) switches[i] = 0;
        out[i] = switches[i];
    }
}

#endif
