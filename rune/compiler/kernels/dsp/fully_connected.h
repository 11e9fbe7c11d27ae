/*
 * FULLY_CONNECTED of int8: four outputs at a time, whose weights stand beside each other. Weights are [group of four
 * outputs][group of four numbers][output], filled up with zeros.
 */
#ifndef RUNE_DSP_FULLY_CONNECTED_H
#define RUNE_DSP_FULLY_CONNECTED_H

#include "high_rounding.h"
#include "instructions.h"

/* A word of the last numbers, 1 to 3 of them, and zeros behind. */
RUNE_INLINE uint32_t rune_last_word(const int8_t *bytes, int32_t count)
{
    uint32_t word = (uint8_t)bytes[0];
    if (count > 1)
        word |= (uint32_t)(uint8_t)bytes[1] << 8;
    if (count > 2)
        word |= (uint32_t)(uint8_t)bytes[2] << 16;
    return word;
}

#define RUNE_ADD_FOUR(word, weights, sums)                                       \
    do {                                                                         \
        const uint32_t even = rune_even_bytes(word), odd = rune_odd_bytes(word); \
        sums[0] = rune_add_products(even, rune_even_bytes(weights[0]), sums[0]); \
        sums[0] = rune_add_products(odd, rune_odd_bytes(weights[0]), sums[0]);   \
        sums[1] = rune_add_products(even, rune_even_bytes(weights[1]), sums[1]); \
        sums[1] = rune_add_products(odd, rune_odd_bytes(weights[1]), sums[1]);   \
        sums[2] = rune_add_products(even, rune_even_bytes(weights[2]), sums[2]); \
        sums[2] = rune_add_products(odd, rune_odd_bytes(weights[2]), sums[2]);   \
        sums[3] = rune_add_products(even, rune_even_bytes(weights[3]), sums[3]); \
        sums[3] = rune_add_products(odd, rune_odd_bytes(weights[3]), sums[3]);   \
    } while (0)

RUNE_KERNEL void rune_fully_connected_int8_dsp(const int8_t *input, int8_t *output, const uint32_t *weights,
                                               const int32_t *bias, const struct rune_high_rounding *to,
                                               int32_t batches, int32_t inputs, int32_t outputs)
{
    for (int32_t batch = 0; batch < batches; batch++, input += inputs, output += outputs) {
        const uint32_t *packed = weights;
        for (int32_t first = 0; first < outputs; first += 4) {
            const int8_t *number = input, *end = input + inputs / 4 * 4;
            int32_t sums[4] = {bias[first], bias[first + 1], bias[first + 2], bias[first + 3]};
            for (; number != end; number += 4, packed += 4) {
                const uint32_t word = rune_word_at(number);
                RUNE_ADD_FOUR(word, packed, sums);
            }
            if (inputs % 4) {
                const uint32_t word = rune_last_word(number, inputs % 4);
                RUNE_ADD_FOUR(word, packed, sums);
                packed += 4;
            }
            for (int32_t i = 0; i < 4 && first + i < outputs; i++)
                output[first + i] = rune_high_byte(sums[i], to, first + i);
        }
    }
}

#endif
