/*
 * CONV_2D of int8 with a filter of 3 x 3 that moves by one pixel, by exact integer Winograd (rune/compiler/kernels/winograd.py):
 * each 4 x 4 pixels become 16 numbers a channel; 16 products of matrices give what becomes 2 x 2 outputs. That is less
 * than half of the products of conv_2d.h.
 */
#ifndef RUNE_WINOGRAD_H
#define RUNE_WINOGRAD_H

#include "requantize.h"
#include "vector.h"
#include "window.h"

#define RUNE_WINOGRAD_TILES 4 /* neighbours that are computed together: more would not stay in registers */

/*
 * Eight channels of the pixels that begin at `start` in four rows, as 16 numbers each, which lie `apart` from each other.
 */
RUNE_INLINE void rune_winograd_pixels(const int16_t *const *rows, int32_t start, int32_t channels, int16_t *to,
                                      int32_t apart)
{
    rune_i16x8 half[4][4];
    RUNE_UNROLLED for (int32_t x = 0; x < 4; x++) {
        const int32_t at = start + x * channels;
        rune_i16x8 a = rune_load_i16(rows[0] + at), b = rune_load_i16(rows[1] + at);
        rune_i16x8 c = rune_load_i16(rows[2] + at), d = rune_load_i16(rows[3] + at);
        half[0][x] = a - c;
        half[1][x] = b + c;
        half[2][x] = c - b;
        half[3][x] = b - d;
    }
    RUNE_UNROLLED for (int32_t y = 0; y < 4; y++, to += 4 * apart) {
        rune_store_i16(to, half[y][0] - half[y][2]);
        rune_store_i16(to + apart, half[y][1] + half[y][2]);
        rune_store_i16(to + 2 * apart, half[y][2] - half[y][1]);
        rune_store_i16(to + 3 * apart, half[y][1] - half[y][3]);
    }
}

/* For each of the 16 numbers, the sums over all channels that 8 outputs have of `tiles` tiles. */
RUNE_INLINE void rune_winograd_sums(int32_t (*sums)[RUNE_WINOGRAD_TILES][8], const int16_t *numbers, int32_t depth,
                                    const int16_t *weights, int32_t pairs, const int32_t tiles)
{
    RUNE_ROLLED for (int32_t number = 0; number < 16; number++, numbers += RUNE_WINOGRAD_TILES * depth) {
        rune_i32x4 found[RUNE_WINOGRAD_TILES][2];
        RUNE_UNROLLED for (int32_t i = 0; i < tiles; i++)
            found[i][0] = found[i][1] = rune_splat_i32(0);
        RUNE_ROLLED for (int32_t pair = 0; pair < pairs; pair++, weights += 16) {
            rune_i16x8 low = rune_load_i16(weights), high = rune_load_i16(weights + 8);
            RUNE_UNROLLED for (int32_t i = 0; i < tiles; i++) {
                rune_i16x8 values = rune_splat_pair(numbers + i * depth + 2 * pair);
                found[i][0] += rune_dot(values, low);
                found[i][1] += rune_dot(values, high);
            }
        }
        RUNE_UNROLLED for (int32_t i = 0; i < tiles; i++) {
            rune_store_i32(sums[number][i], found[i][0]);
            rune_store_i32(sums[number][i] + 4, found[i][1]);
        }
    }
}

/* Four channels of a tile: its 2 x 2 outputs, which are a quarter of what Winograd's matrices make. */
RUNE_INLINE void rune_winograd_outputs(rune_i32x4 (*outputs)[2][2], int32_t half,
                                       int32_t (*sums)[RUNE_WINOGRAD_TILES][8], int32_t tile, const int32_t *bias)
{
    const rune_i32x4 start = rune_load_i32(bias + 4 * half);
    rune_i32x4 upper[4], lower[4];
    RUNE_UNROLLED for (int32_t x = 0; x < 4; x++) {
        rune_i32x4 a = rune_load_i32(sums[x][tile] + 4 * half), b = rune_load_i32(sums[4 + x][tile] + 4 * half);
        rune_i32x4 c = rune_load_i32(sums[8 + x][tile] + 4 * half), d = rune_load_i32(sums[12 + x][tile] + 4 * half);
        upper[x] = a + b + c;
        lower[x] = b - c - d;
    }
    outputs[0][0][half] = ((upper[0] + upper[1] + upper[2]) >> 2) + start;
    outputs[0][1][half] = ((upper[1] - upper[2] - upper[3]) >> 2) + start;
    outputs[1][0][half] = ((lower[0] + lower[1] + lower[2]) >> 2) + start;
    outputs[1][1][half] = ((lower[1] - lower[2] - lower[3]) >> 2) + start;
}

/* Where a block of tiles begins in the output. */
struct rune_winograd_place {
    int8_t *output;
    int32_t y, x;
};

/* All channels of `tiles` neighbours, whose numbers are in `numbers`: [16][tile][depth]. */
RUNE_INLINE void rune_winograd_block(struct rune_winograd_place place, const int16_t *numbers, int32_t depth,
                                     const int16_t *weights, const int32_t *bias, const struct rune_window *window,
                                     const struct rune_requantize *requantize, const int32_t tiles)
{
    const int32_t channels = window->output_channels, pairs = (window->input_channels + 1) / 2;
    int32_t sums[16][RUNE_WINOGRAD_TILES][8];
    for (int32_t channel = 0; channel < channels; channel += 8, weights += 16 * 16 * pairs) {
        rune_winograd_sums(sums, numbers, depth, weights, pairs, tiles);
        RUNE_ROLLED for (int32_t tile = 0; tile < tiles; tile++) {
            rune_i32x4 outputs[2][2][2];
            RUNE_UNROLLED for (int32_t half = 0; half < 2; half++)
                rune_winograd_outputs(outputs, half, sums, tile, bias + channel);
            RUNE_ROLLED for (int32_t i = 0; i < 2; i++) {
                RUNE_ROLLED for (int32_t j = 0; j < 2; j++) {
                    const int32_t y = place.y + i, x = place.x + 2 * tile + j;
                    if (y < window->output_height && x < window->output_width)
                        rune_store_requantized(place.output + (y * window->output_width + x) * channels + channel,
                                               outputs[i][j], 2, requantize, channel, channels - channel);
                }
            }
        }
    }
}

/*
 * `rows` is scratch of ring * row_size numbers, `numbers` of 16 * RUNE_WINOGRAD_TILES * depth, where `depth` is the
 * image's, filled up to 8. `weights` are [8 channels][16][pair of inputs][channel][2]; `bias` holds what the input's zero
 * point adds.
 */
RUNE_INLINE void rune_conv_2d_winograd_int8(const int8_t *input, int8_t *output, int16_t *rows, int16_t *numbers,
                                            const int16_t *weights, const int32_t *bias,
                                            const struct rune_window *window, const struct rune_requantize *requantize,
                                            int32_t input_zero_point, int32_t depth)
{
    const int32_t channels = window->input_channels, apart = RUNE_WINOGRAD_TILES * depth;
    const int32_t tiles = (window->output_width + 1) / 2;
    for (int32_t batch = 0; batch < window->batches; batch++) {
        int32_t filled = 0;
        for (int32_t y = 0; y < window->output_height; y += 2) {
            for (; filled < y + 4; filled++)
                rune_row_int8(rows, input, window, (int16_t)input_zero_point, filled);
            const int16_t *under[4];
            for (int32_t i = 0; i < 4; i++)
                under[i] = rows + rune_ring_offset(window, y + i);
            for (int32_t first = 0; first < tiles; first += RUNE_WINOGRAD_TILES) {
                const int32_t left = tiles - first, count = left < RUNE_WINOGRAD_TILES ? left : RUNE_WINOGRAD_TILES;
                RUNE_ROLLED for (int32_t tile = 0; tile < count; tile++)
                    RUNE_ROLLED for (int32_t channel = 0; channel < channels; channel += 8)
                        rune_winograd_pixels(under, 2 * (first + tile) * channels + channel, channels,
                                             numbers + tile * depth + channel, apart);
                const struct rune_winograd_place place = {output, y, 2 * first};
#define RUNE_BLOCK_OF(number)                                                                                          \
    rune_winograd_block(place, numbers, depth, weights, bias, window, requantize, number)
                if (count == RUNE_WINOGRAD_TILES) {
                    RUNE_BLOCK_OF(RUNE_WINOGRAD_TILES);
                } else {
                    switch (tiles % RUNE_WINOGRAD_TILES) {
                    case 3:
                        RUNE_BLOCK_OF(3);
                        break;
                    case 2:
                        RUNE_BLOCK_OF(2);
                        break;
                    case 1:
                        RUNE_BLOCK_OF(1);
                        break;
                    }
                }
#undef RUNE_BLOCK_OF
            }
        }
        input += window->input_height * window->input_width * channels;
        output += window->output_height * window->output_width * window->output_channels;
    }
}

#endif
