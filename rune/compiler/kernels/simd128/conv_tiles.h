/*
 * Shared by the convolutions that work in tiles of up to 4 pixels and 8 channels: where the numbers under a filter
 * lie, and the sums of the products of bytes.
 */
#ifndef RUNE_CONV_TILES_H
#define RUNE_CONV_TILES_H

#include "vector.h"
#include "window.h"

#define RUNE_TILE 4
#define RUNE_LONGEST_TILE 6 /* of all kernel sets */
#define RUNE_FILTER_ROWS 128 /* the tallest filter; the build refuses a taller one */

/* Where the numbers under the filter lie: `segments` stretches of `length`, each in its row, `apart` within a row. */
struct rune_segments {
    int32_t rows, in_row, apart, length;
};

/* A filter whose columns touch is one stretch a row; a dilated one is a stretch a column. */
RUNE_INLINE struct rune_segments rune_conv_segments(const struct rune_window *window)
{
    const int32_t channels = window->input_channels;
    if (window->dilation_x == 1)
        return (struct rune_segments){window->filter_height, 1, 0, window->filter_width * channels};
    return (struct rune_segments){window->filter_height, window->filter_width, window->dilation_x * channels, channels};
}

/* A line of outputs: the numbers of neighbours lie `pixel_step` apart. Where it has a `width`, the line goes on in the next
 * row behind so many of them, `row_step` further. */
struct rune_line {
    int32_t pixel_step, width, row_step;
};

/* Where the numbers of an output of a line begin. */
RUNE_INLINE ptrdiff_t rune_place_in_line(struct rune_line line, int32_t pixel)
{
    if (!line.width)
        return (ptrdiff_t)pixel * line.pixel_step;
    return (ptrdiff_t)(pixel / line.width) * line.row_step + (ptrdiff_t)(pixel % line.width) * line.pixel_step;
}

/* A line of pixels as `count` tiles of `first` pixels and then such of `second`. */
struct rune_tiles {
    int32_t first, count, second;
};

/* As many of `longest` pixels as there are, and the rest. */
RUNE_INLINE struct rune_tiles rune_tiles_of(int32_t pixels, int32_t longest)
{
    return (struct rune_tiles){longest, pixels / longest, pixels % longest};
}

/* Adds the products of `pixels` outputs in 8 channels to their sums. Weights: [segment][pair of numbers][channel][2], in
 * bytes, counted from `weight_zero`. */
RUNE_INLINE void rune_conv_sums_int8(rune_i32x4 (*sums)[2], const int16_t *const *rows, int32_t start,
                                     int32_t pixel_step, struct rune_segments segments, const int8_t *weights,
                                     int32_t weight_zero, const int32_t pixels)
{
    for (int32_t row = 0; row < segments.rows; row++) {
        for (int32_t segment = 0; segment < segments.in_row; segment++) {
            const int16_t *values = rows[row] + start + segment * segments.apart;
            for (int32_t pair = 0; pair < (segments.length + 1) / 2; pair++, values += 2, weights += 16) {
                rune_i16x8 low = rune_load_widened(weights) - (int16_t)weight_zero;
                rune_i16x8 high = rune_load_widened(weights + 8) - (int16_t)weight_zero;
                RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
                    rune_i16x8 pixel = rune_splat_pair(values + (ptrdiff_t)i * pixel_step);
                    sums[i][0] += rune_dot(pixel, low);
                    sums[i][1] += rune_dot(pixel, high);
                }
            }
        }
    }
}

#endif
