/*
 * CONV_2D of int8: what lies under the filter for four pixels is widened once, and meets two channels' weights at a time.
 * Weights are [pair of channels][pair of numbers] (tile.h), each row of the filter filled up to four numbers.
 */
#ifndef RUNE_DSP_CONV_2D_H
#define RUNE_DSP_CONV_2D_H

#include "four_outputs.h"
#include "patches.h"
#include "requantize.h"
#include "tile.h"

/*
 * `pairs` are the numbers of a pixel by two, an even number; `words` is room for a tile of them, of four pixels or of a
 * narrower output's row, and behind it for a row of the filter. `bias` already holds what the input's zero point adds,
 * and goes in twos.
 */
RUNE_INLINE void rune_conv_2d_int8_tiles(const int8_t *input, int8_t *output, uint32_t *words, const uint32_t *weights,
                                         const int32_t *bias, const struct rune_filter *filter,
                                         const struct rune_requantize_twice *to, int32_t pairs, int32_t zero_point,
                                         const int is_whole)
{
    const int32_t channels = filter->output_channels;
    const int32_t tile = filter->output_width < RUNE_TILE_PIXELS ? filter->output_width : RUNE_TILE_PIXELS;
    int8_t *bytes = (int8_t *)(words + tile * pairs);
    for (int32_t batch = 0; batch < filter->batches; batch++) {
        for (int32_t y = 0; y < filter->output_height; y++) {
            for (int32_t x = 0; x < filter->output_width;) {
                const int32_t left = filter->output_width - x, pixels = left < tile ? left : tile;
                const uint32_t *packed = weights;
                for (int32_t i = 0; i < pixels; i++)
                    rune_patch(words + i, pixels, bytes, input, y, x + i, filter, zero_point);
                for (int32_t channel = 0; channel < channels; channel += 2, packed += pairs) {
                    int32_t sums[2 * RUNE_TILE_PIXELS];
                    rune_tile_of(pixels, words, packed, packed + pairs, bias + channel, sums);
                    rune_store_row(output + channel, sums, pixels, channels, to, channel, is_whole);
                    if (channel + 1 < channels)
                        rune_store_row(output + channel + 1, sums + pixels, pixels, channels, to, channel + 1, is_whole);
                }
                x += pixels;
                output += pixels * channels;
            }
        }
        input += filter->input_height * filter->input_width * filter->input_channels;
    }
}

#define RUNE_CONV_2D_INT8(name, is_whole)                                                                        \
    RUNE_KERNEL void name(const int8_t *input, int8_t *output, uint32_t *words, const uint32_t *weights,         \
                          const int32_t *bias, const struct rune_filter *filter,                                 \
                          const struct rune_requantize_twice *to, int32_t pairs, int32_t zero_point)             \
    {                                                                                                            \
        rune_conv_2d_int8_tiles(input, output, words, weights, bias, filter, to, pairs, zero_point, is_whole);   \
    }

RUNE_CONV_2D_INT8(rune_conv_2d_int8_dsp, 1)
RUNE_CONV_2D_INT8(rune_conv_2d_int8_dsp_bounded, 0)

/* One pixel per image, whose filter is as large as the image: bytes that lie together, and need no room. Weights are those
 * of four_outputs.h; `bias` goes in fours. */
RUNE_INLINE void rune_conv_2d_int8_of_pixels(const int8_t *input, int8_t *output, const uint32_t *weights,
                                             const int32_t *bias, const struct rune_requantize_twice *to,
                                             int32_t pixels, int32_t inputs, int32_t channels, const int is_whole)
{
    for (int32_t pixel = 0; pixel < pixels; pixel++, input += inputs, output += channels) {
        const uint32_t *packed = weights;
        for (int32_t first = 0; first < channels; first += 4) {
            int32_t sums[4] = {bias[first], bias[first + 1], bias[first + 2], bias[first + 3]};
            packed = rune_four_outputs(input, inputs, packed, sums);
            for (int32_t i = 0; i < 4 && first + i < channels; i++)
                rune_store_row(output + first + i, sums + i, 1, 0, to, first + i, is_whole);
        }
    }
}

#define RUNE_CONV_2D_INT8_OF_PIXELS(name, is_whole)                                                             \
    RUNE_KERNEL void name(const int8_t *input, int8_t *output, const uint32_t *weights, const int32_t *bias,    \
                          const struct rune_requantize_twice *to, int32_t pixels, int32_t inputs,               \
                          int32_t channels)                                                                     \
    {                                                                                                           \
        rune_conv_2d_int8_of_pixels(input, output, weights, bias, to, pixels, inputs, channels, is_whole);      \
    }

RUNE_CONV_2D_INT8_OF_PIXELS(rune_conv_2d_int8_dsp_of_pixels, 1)
RUNE_CONV_2D_INT8_OF_PIXELS(rune_conv_2d_int8_dsp_of_pixels_bounded, 0)

#endif
