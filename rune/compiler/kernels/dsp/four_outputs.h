/*
 * The sums of four outputs over the same bytes, which are widened as they are read. Weights of four outputs stand beside
 * each other: [group of four outputs][group of four numbers][output], filled up with zeros.
 */
#ifndef RUNE_DSP_FOUR_OUTPUTS_H
#define RUNE_DSP_FOUR_OUTPUTS_H

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

/* Adds the products of `count` bytes to four sums. Returns the weights of the next four outputs. */
RUNE_INLINE const uint32_t *rune_four_outputs(const int8_t *bytes, int32_t count, const uint32_t *weights, int32_t *sums)
{
    for (const int8_t *end = bytes + count / 4 * 4; bytes != end; bytes += 4, weights += 4) {
        const uint32_t word = rune_word_at(bytes);
        RUNE_ADD_FOUR(word, weights, sums);
    }
    if (count % 4) {
        const uint32_t word = rune_last_word(bytes, count % 4);
        RUNE_ADD_FOUR(word, weights, sums);
        weights += 4;
    }
    return weights;
}

#endif
