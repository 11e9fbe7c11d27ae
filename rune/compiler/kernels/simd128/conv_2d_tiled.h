/*
 * CONV_2D, int8, by tiles of neighbouring pixels and 8 channels: the same for kernel sets that read other numbers under the
 * filter. Who includes it defines
 *
 * RUNE_CONV(name)      what a function is called
 * RUNE_NUMBER          a number of a row under the filter
 * RUNE_TOGETHER        how many of them one instruction multiplies for one sum
 * RUNE_TILES           how a line of pixels is cut into tiles
 * RUNE_TILE_SUMS       adds the products of a tile to its sums
 * RUNE_COPY            numbers of an image become such of a row
 * RUNE_FILL_ROW        fills the slot of a padded row
 *
 * and finds them undefined afterwards.
 */

/* `pixels` outputs from number `first` of a line on, in 8 channels. */
RUNE_INLINE void RUNE_CONV(conv_tile)(const RUNE_NUMBER *const *rows, struct rune_line line, int32_t first,
                                      struct rune_segments segments, const int8_t *weights, int32_t weight_zero,
                                      const int32_t *bias, int8_t *output, const struct rune_requantize *requantize,
                                      int32_t channel, int32_t channels, const int32_t pixels)
{
    rune_i32x4 sums[RUNE_LONGEST_TILE][2];
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++) {
        sums[i][0] = rune_load_i32(bias + channel);
        sums[i][1] = rune_load_i32(bias + channel + 4);
    }
    RUNE_TILE_SUMS(sums, rows, line, first, segments, weights, weight_zero, pixels);
    output += first * channels + channel;
    RUNE_UNROLLED for (int32_t i = 0; i < pixels; i++)
        rune_store_requantized(output + (ptrdiff_t)i * channels, sums[i], 2, requantize, channel, channels - channel);
}

/* All channels of the `pixels` outputs of a line. */
RUNE_INLINE void RUNE_CONV(conv_line)(const RUNE_NUMBER *const *rows, struct rune_line line,
                                      struct rune_segments segments, const int8_t *weights, int32_t weight_zero,
                                      const int32_t *bias, int8_t *output, const struct rune_requantize *requantize,
                                      int32_t channels, int32_t pixels)
{
    const struct rune_tiles tiles = RUNE_TILES(pixels, segments, weight_zero);
    const int32_t groups = (segments.length + RUNE_TOGETHER - 1) / RUNE_TOGETHER;
    const int32_t weights_step = segments.rows * segments.in_row * groups * 8 * RUNE_TOGETHER;
#define RUNE_TILE_OF(length) \
    RUNE_CONV(conv_tile)(rows, line, x, segments, weights, weight_zero, bias, output, requantize, channel, channels, length)
    for (int32_t channel = 0; channel < channels; channel += 8, weights += weights_step) {
        int32_t x = 0;
        if (line.width) { /* each tile is a copy, which knows where its pixels lie */
            RUNE_UNROLLED for (; x < tiles.first * tiles.count; x += tiles.first)
                RUNE_TILE_OF(tiles.first);
            RUNE_UNROLLED for (; x < pixels; x += tiles.second)
                RUNE_TILE_OF(tiles.second);
        } else {
            for (; x < tiles.first * tiles.count; x += tiles.first)
                RUNE_TILE_OF(tiles.first);
            for (; x < pixels; x += tiles.second)
                RUNE_TILE_OF(tiles.second);
        }
    }
#undef RUNE_TILE_OF
}

/*
 * `bias` already holds what the input's zero point adds; `rows` is scratch of ring * row_size numbers. So many rows of the
 * output are `joined` to a line; more than one where the ring holds all rows of the image.
 */
RUNE_INLINE void RUNE_CONV(conv_2d)(const int8_t *input, int8_t *output, RUNE_NUMBER *rows, const int8_t *weights,
                                    const int32_t *bias, const struct rune_window *window,
                                    const struct rune_requantize *requantize, int32_t input_zero_point,
                                    int32_t weight_zero, int32_t joined)
{
    const struct rune_segments segments = rune_conv_segments(window);
    const struct rune_line line = {window->stride_x * window->input_channels, joined > 1 ? window->output_width : 0,
                                   window->stride_y * window->row_size};
    for (int32_t batch = 0; batch < window->batches; batch++) {
        int32_t filled = 0;
        for (int32_t y = 0; y < window->output_height; y += joined) {
            if (filled < y * window->stride_y)
                filled = y * window->stride_y;
            for (; filled < (joined > 1 ? window->ring : y * window->stride_y + window->ring); filled++)
                RUNE_FILL_ROW(rows, input, window, input_zero_point, filled);
            const RUNE_NUMBER *under[RUNE_FILTER_ROWS];
            for (int32_t i = 0; i < window->filter_height; i++)
                under[i] = rows + rune_ring_offset(window, y * window->stride_y + i * window->dilation_y);
            RUNE_CONV(conv_line)(under, line, segments, weights, weight_zero, bias, output, requantize,
                                 window->output_channels, joined * window->output_width);
            output += joined * window->output_width * window->output_channels;
        }
        input += window->input_height * window->input_width * window->input_channels;
    }
}

/* A filter of one pixel: `pixels` pixels, `block` at a time through scratch of block * inputs numbers and 16 bytes. */
RUNE_INLINE void RUNE_CONV(pointwise)(const int8_t *input, int8_t *output, RUNE_NUMBER *numbers,
                                      const int8_t *weights, const int32_t *bias,
                                      const struct rune_requantize *requantize, int32_t pixels, int32_t inputs,
                                      int32_t outputs, int32_t block, int32_t weight_zero)
{
    const struct rune_segments segments = {1, 1, 0, inputs};
    const struct rune_line line = {inputs, 0, 0};
    const RUNE_NUMBER *const rows[1] = {numbers};
    int32_t done = 0;
    for (; done + block <= pixels; done += block) {
        RUNE_COPY(numbers, input + done * inputs, block * inputs);
        RUNE_CONV(conv_line)(rows, line, segments, weights, weight_zero, bias, output + done * outputs, requantize,
                             outputs, block);
    }
    if (pixels % block) {
        RUNE_COPY(numbers, input + done * inputs, pixels % block * inputs);
        RUNE_CONV(conv_line)(rows, line, segments, weights, weight_zero, bias, output + done * outputs, requantize,
                             outputs, pixels % block);
    }
}

#undef RUNE_CONV
#undef RUNE_NUMBER
#undef RUNE_TOGETHER
#undef RUNE_TILES
#undef RUNE_TILE_SUMS
#undef RUNE_COPY
#undef RUNE_FILL_ROW
