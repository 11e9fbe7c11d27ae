/*
 * CONV_2D, int8: tiles of up to 6 pixels by 8 channels, four numbers under the filter at a time.
 */
#ifndef RUNE_RELAXED_CONV_2D_H
#define RUNE_RELAXED_CONV_2D_H

#include "../simd128/conv_tiles.h"
#include "relaxed.h"

#define RUNE_MANY_STEPS 36 /* so many are worth a tile whose sums leave no register for those that are rounded */

/*
 * Tiles of nearly the same length, up to the longest. A sum waits five cycles for the one before, in which ten others can
 * begin: so tiles of four pixels take as long as those of five. Where weights are counted from a number, there are as many
 * sums again as pixels.
 */
RUNE_INLINE struct rune_tiles rune_relaxed_tiles(int32_t pixels, struct rune_segments segments, int32_t weight_zero)
{
    if (weight_zero)
        return rune_tiles_of(pixels, RUNE_TILE);
    const int32_t steps = segments.rows * segments.in_row * ((segments.length + 3) / 4);
    const int32_t longest = steps < RUNE_MANY_STEPS ? RUNE_LONGEST_TILE - 1 : RUNE_LONGEST_TILE;
    const int32_t count = (pixels + longest - 1) / longest, length = pixels / count;
    return (struct rune_tiles){length + 1, pixels % count, length};
}

/* The products of four numbers of each pixel, whose line begins at `values`, added to the sums of 8 channels. */
RUNE_INLINE void rune_relaxed_step(rune_i32x4 (*sums)[2], rune_i32x4 *totals, const uint8_t *values,
                                   struct rune_line line, int32_t first, const int8_t *weights, int32_t weight_zero,
                                   const int32_t pixels)
{
    const rune_i8x16 low = rune_load_bytes(weights), high = rune_load_bytes(weights + 16);
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
        const rune_i8x16 pixel = rune_splat_four(values + rune_place_in_line(line, first + i));
        sums[i][0] = rune_dot_bytes(sums[i][0], low, pixel);
        sums[i][1] = rune_dot_bytes(sums[i][1], high, pixel);
        if (weight_zero)
            totals[i] = rune_total_bytes(totals[i], pixel);
    }
}

/*
 * Adds the products of `pixels` outputs in 8 channels to their sums. Weights: [segment][four numbers][channel][4]. The
 * first step is taken out of its loop: V8 keeps no sums in registers across a loop that they come into from a bias and
 * leave to be rounded.
 */
RUNE_INLINE void rune_relaxed_sums(rune_i32x4 (*sums)[2], const uint8_t *const *rows, struct rune_line line,
                                   int32_t first, struct rune_segments segments, const int8_t *weights,
                                   int32_t weight_zero, const int32_t pixels)
{
    const int32_t steps = (segments.length + 3) / 4;
    rune_i32x4 totals[RUNE_LONGEST_TILE];
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++)
        totals[i] = rune_splat_i32(0);
    RUNE_UNROLLED for (int32_t row = 0; row < segments.rows; row++) {
        RUNE_UNROLLED for (int32_t segment = 0; segment < segments.in_row; segment++) {
            const uint8_t *values = rows[row] + segment * segments.apart;
            const int32_t is_first = row + segment == 0;
            if (is_first) {
                rune_relaxed_step(sums, totals, values, line, first, weights, weight_zero, pixels);
                values += 4;
                weights += 32;
            }
            RUNE_ROLLED for (int32_t step = is_first; step < steps; step++, values += 4, weights += 32)
                rune_relaxed_step(sums, totals, values, line, first, weights, weight_zero, pixels);
        }
    }
    if (weight_zero) {
        RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
            sums[i][0] -= totals[i] * weight_zero;
            sums[i][1] -= totals[i] * weight_zero;
        }
    }
}

/* Fills the slot of padded row `y`; `padding` stands for zero. */
RUNE_SHARED void rune_row_bytes(uint8_t *rows, const int8_t *image, const struct rune_window *window, int32_t padding,
                                int32_t y)
{
    uint8_t *row = rows + rune_ring_offset(window, y);
    const int32_t channels = window->input_channels, size = window->row_width * channels;
    const int32_t before = window->pad_left * channels, inside = rune_row_pixels(window) * channels;
    y -= window->pad_top;
    if (y < 0 || y >= window->input_height) {
        __builtin_memset(row, padding, (size_t)size);
        return;
    }
    __builtin_memset(row, padding, (size_t)before);
    rune_count_from_least(row + before, image + y * window->input_width * channels, inside);
    if (size > before + inside)
        __builtin_memset(row + before + inside, padding, (size_t)(size - before - inside));
}

#define RUNE_CONV(name) rune_relaxed_##name##_int8
#define RUNE_NUMBER uint8_t
#define RUNE_TOGETHER 4
#define RUNE_TILES rune_relaxed_tiles
#define RUNE_TILE_SUMS rune_relaxed_sums
#define RUNE_COPY rune_count_from_least
#define RUNE_FILL_ROW(rows, image, window, zero_point, y) rune_row_bytes(rows, image, window, (zero_point) + 128, y)
#include "../simd128/conv_2d_tiled.h"

#endif
