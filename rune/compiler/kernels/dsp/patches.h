/* The inputs under a filter, as the words of a tile: [pair][pixel] (tile.h). */
#ifndef RUNE_DSP_PATCHES_H
#define RUNE_DSP_PATCHES_H

#include "filter.h"
#include "instructions.h"

/* Bytes that lie together as words of one pixel of `pixels`; behind the last byte are zeros, up to a group of four.
 * Returns where the next words go. */
RUNE_INLINE uint32_t *rune_spread(uint32_t *words, int32_t pixels, const int8_t *bytes, int32_t count)
{
    for (; count >= 4; count -= 4, bytes += 4, words += 2 * pixels) {
        const uint32_t word = rune_word_at(bytes);
        words[0] = rune_even_bytes(word);
        words[pixels] = rune_odd_bytes(word);
    }
    if (count > 0) {
        uint32_t word = (uint8_t)bytes[0];
        if (count > 1)
            word |= (uint32_t)(uint8_t)bytes[1] << 8;
        if (count > 2)
            word |= (uint32_t)(uint8_t)bytes[2] << 16;
        words[0] = rune_even_bytes(word);
        words[pixels] = rune_odd_bytes(word);
        words += 2 * pixels;
    }
    return words;
}

/* Collects the bytes of a filter row that reaches beyond the image or is dilated. */
RUNE_FUNCTION void rune_gather_row(int8_t *bytes, const int8_t *row, int32_t left, const struct rune_filter *filter,
                                   int32_t zero_point)
{
    const int32_t depth = filter->input_channels;
    for (int32_t i = 0; i < filter->filter_width; i++, left += filter->dilation_x) {
        const int is_inside = row && left >= 0 && left < filter->input_width;
        for (int32_t k = 0; k < depth; k++)
            *bytes++ = is_inside ? row[left * depth + k] : (int8_t)zero_point;
    }
}

/* Writes the inputs under the filter at one output position, as pixel of `pixels`. `bytes` is room for a row of the
 * filter. */
RUNE_FUNCTION void rune_patch(uint32_t *words, int32_t pixels, int8_t *bytes, const int8_t *image, int32_t y, int32_t x,
                              const struct rune_filter *filter, int32_t zero_point)
{
    const int32_t depth = filter->input_channels, size = filter->filter_width * depth;
    const int32_t line_size = filter->input_width * depth;
    const int32_t left = x * filter->stride_x - filter->pad_left;
    const int is_whole = left >= 0 && left + filter->filter_width <= filter->input_width && filter->dilation_x == 1;
    int32_t line = y * filter->stride_y - filter->pad_top;
    for (int32_t i = 0; i < filter->filter_height; i++, line += filter->dilation_y) {
        const int8_t *row = line >= 0 && line < filter->input_height ? image + line * line_size : 0;
        const int8_t *from = bytes;
        if (is_whole && row)
            from = row + left * depth;
        else
            rune_gather_row(bytes, row, left, filter, zero_point);
        words = rune_spread(words, pixels, from, size);
    }
}

/* The bytes under the filter at a place of the output: where they lie together, else put together in `bytes`. */
RUNE_FUNCTION const int8_t *rune_bytes_under(int8_t *bytes, const int8_t *image, int32_t y, int32_t x,
                                             const struct rune_filter *filter, int32_t zero_point)
{
    const int32_t depth = filter->input_channels, size = filter->filter_width * depth;
    const int32_t line_size = filter->input_width * depth, left = x * filter->stride_x - filter->pad_left;
    const int is_whole = left >= 0 && left + filter->filter_width <= filter->input_width && filter->dilation_x == 1;
    int32_t line = y * filter->stride_y - filter->pad_top;
    int8_t *to = bytes;
    if (is_whole && filter->filter_height == 1 && line >= 0 && line < filter->input_height)
        return image + line * line_size + left * depth;
    for (int32_t i = 0; i < filter->filter_height; i++, line += filter->dilation_y, to += size) {
        const int8_t *row = line >= 0 && line < filter->input_height ? image + line * line_size : 0;
        if (is_whole && row)
            rune_copy_row(to, row + left * depth, size);
        else
            rune_gather_row(to, row, left, filter, zero_point);
    }
    return bytes;
}

#endif
