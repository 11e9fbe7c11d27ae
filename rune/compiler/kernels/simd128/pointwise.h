/*
 * A convolution whose filter is one pixel, int8: one kernel for all layers. Four pixels at a time lie interleaved, so that
 * the distance of two pixels, which differs from layer to layer, is nowhere in the loop.
 */
#ifndef RUNE_POINTWISE_H
#define RUNE_POINTWISE_H

#include "conv_2d.h"
#include "requantize.h"
#include "vector.h"

#define RUNE_POINTWISE_TILE 4

/* `pixels` pixels, widened: [four pixels][pair of numbers][pixel][2], where numbers are padded to 8. */
RUNE_SHARED void rune_interleave(int16_t *to, const int8_t *input, int32_t pixels, int32_t inputs)
{
    RUNE_ROLLED for (int32_t pixel = 0; pixel < pixels; pixel += RUNE_POINTWISE_TILE) {
        const int8_t *from = input + pixel * inputs;
        const int32_t left = pixels - pixel - 1; /* there is no pixel behind the last: it stands in for those */
        const int8_t *second = from + (left > 0 ? inputs : 0);
        const int8_t *third = second + (left > 1 ? inputs : 0), *fourth = third + (left > 2 ? inputs : 0);
        RUNE_ROLLED for (int32_t k = 0; k < inputs; k += 8, to += 32) {
            const rune_i32x4 a = (rune_i32x4)rune_load_widened(from + k), b = (rune_i32x4)rune_load_widened(second + k);
            const rune_i32x4 c = (rune_i32x4)rune_load_widened(third + k), d = (rune_i32x4)rune_load_widened(fourth + k);
            const rune_i32x4 left_upper = __builtin_shufflevector(a, b, 0, 4, 1, 5);
            const rune_i32x4 left_lower = __builtin_shufflevector(a, b, 2, 6, 3, 7);
            const rune_i32x4 right_upper = __builtin_shufflevector(c, d, 0, 4, 1, 5);
            const rune_i32x4 right_lower = __builtin_shufflevector(c, d, 2, 6, 3, 7);
            rune_store_i16(to, (rune_i16x8)__builtin_shufflevector(left_upper, right_upper, 0, 1, 4, 5));
            rune_store_i16(to + 8, (rune_i16x8)__builtin_shufflevector(left_upper, right_upper, 2, 3, 6, 7));
            rune_store_i16(to + 16, (rune_i16x8)__builtin_shufflevector(left_lower, right_lower, 0, 1, 4, 5));
            rune_store_i16(to + 24, (rune_i16x8)__builtin_shufflevector(left_lower, right_lower, 2, 3, 6, 7));
        }
    }
}

/* Four pixels of which `pixels` are there; the last stands in for those that are not, and is stored once more. */
RUNE_INLINE void rune_pointwise_tile(const int16_t *numbers, int32_t pairs, const int8_t *weights, const int32_t *bias,
                                     int8_t *output, const struct rune_requantize_shared *to, int32_t channel,
                                     int32_t channels, int32_t pixels, int32_t weight_zero)
{
    rune_i32x4 sums[RUNE_POINTWISE_TILE][2];
    RUNE_UNROLLED for (int32_t i = 0; i < RUNE_POINTWISE_TILE; i++) {
        sums[i][0] = rune_load_i32(bias + channel);
        sums[i][1] = rune_load_i32(bias + channel + 4);
    }
    RUNE_ROLLED for (int32_t pair = 0; pair < pairs; pair++, numbers += 8, weights += 16) {
        const rune_i16x8 low = rune_load_widened(weights) - (int16_t)weight_zero;
        const rune_i16x8 high = rune_load_widened(weights + 8) - (int16_t)weight_zero;
        RUNE_UNROLLED for (int32_t i = 0; i < RUNE_POINTWISE_TILE; i++) {
            const rune_i16x8 pixel = rune_splat_pair(numbers + 2 * i);
            sums[i][0] += rune_dot(pixel, low);
            sums[i][1] += rune_dot(pixel, high);
        }
    }
    RUNE_UNROLLED for (int32_t i = 0; i < RUNE_POINTWISE_TILE; i++) {
        rune_store_shared(output, sums[i], to, channel, channels - channel);
        output += i + 1 < pixels ? channels : 0;
    }
}

/* `numbers` is scratch for `block` pixels, which is a multiple of four or all there are. */
RUNE_INLINE void rune_pointwise_blocks(const int8_t *input, int8_t *output, int16_t *numbers, const int8_t *weights,
                                       const int32_t *bias, const struct rune_requantize_shared *given, int32_t pixels,
                                       int32_t inputs, int32_t outputs, int32_t block, int32_t weight_zero)
{
    const struct rune_requantize_shared to = *given; /* what is stored cannot change it here */
    const int32_t pairs = (inputs + 1) / 2, tile = (inputs + 7) / 8 * 32;
    RUNE_ROLLED for (int32_t done = 0; done < pixels; done += block) {
        const int32_t count = pixels - done < block ? pixels - done : block;
        const int8_t *packed = weights;
        rune_interleave(numbers, input + done * inputs, count, inputs);
        RUNE_ROLLED for (int32_t channel = 0; channel < outputs; channel += 8, packed += pairs * 16) {
            int8_t *at = output + done * outputs + channel;
            const int16_t *from = numbers;
            RUNE_ROLLED for (int32_t left = count; left > 0; left -= 4, from += tile, at += 4 * outputs)
                rune_pointwise_tile(from, pairs, packed, bias, at, &to, channel, outputs, left, weight_zero);
        }
    }
}

RUNE_SHARED void rune_pointwise_shared(const int8_t *input, int8_t *output, int16_t *numbers, const int8_t *weights,
                                       const int32_t *bias, const struct rune_requantize_shared *given, int32_t pixels,
                                       int32_t inputs, int32_t outputs, int32_t block)
{
    rune_pointwise_blocks(input, output, numbers, weights, bias, given, pixels, inputs, outputs, block, 0);
}

RUNE_SHARED void rune_pointwise_counted(const int8_t *input, int8_t *output, int16_t *numbers, const int8_t *weights,
                                        const int32_t *bias, const struct rune_requantize_shared *given, int32_t pixels,
                                        int32_t inputs, int32_t outputs, int32_t block, int32_t weight_zero)
{
    rune_pointwise_blocks(input, output, numbers, weights, bias, given, pixels, inputs, outputs, block, weight_zero);
}

/* Weights are counted from `weight_zero`, which fills them up. */
RUNE_INLINE void rune_pointwise_by_fours_int8(const int8_t *input, int8_t *output, int16_t *numbers,
                                              const int8_t *weights, const int32_t *bias,
                                              const struct rune_requantize_shared *requantize, int32_t pixels,
                                              int32_t inputs, int32_t outputs, int32_t block, int32_t weight_zero)
{
    if (weight_zero)
        rune_pointwise_counted(input, output, numbers, weights, bias, requantize, pixels, inputs, outputs, block,
                               weight_zero);
    else
        rune_pointwise_shared(input, output, numbers, weights, bias, requantize, pixels, inputs, outputs, block);
}

#endif
