/* DEPTHWISE_CONV_2D of int8: four channels at a time, of rows that are copied with their padding. */
#ifndef RUNE_HELIUM_DEPTHWISE_CONV_2D_H
#define RUNE_HELIUM_DEPTHWISE_CONV_2D_H

#include "padded_rows.h"
#include "vectors.h"

#if RUNE_HAS_HELIUM

/* The bytes of up to four channels of a pixel. `next_row` is from behind a row's last tap to the next row's first. */
RUNE_INLINE void rune_taps_of_four(const int8_t *number, const int8_t *tap, int8_t *output, const int32_t *bias,
                                   const struct rune_filter *filter, const struct rune_requantize_twice *to,
                                   int32_t channel, int32_t next_row)
{
    const int32_t channels = filter->output_channels, next_tap = filter->dilation_x * channels;
    const mve_pred16_t some = vctp32q((uint32_t)(channels - channel));
    int32x4_t sums = vldrwq_s32(bias + channel);
    number += channel;
    tap += channel;
    for (int32_t i = filter->filter_height; i > 0; i--, number += next_row) {
        for (int32_t j = filter->filter_width; j > 0; j--, number += next_tap, tap += channels)
            sums = vaddq_s32(sums, vmulq_s32(vldrbq_z_s32(number, some), vldrbq_z_s32(tap, some)));
    }
    rune_store_rounded(output, sums, channel, channels, to);
}

#else

RUNE_INLINE void rune_taps_of_four(const int8_t *number, const int8_t *tap, int8_t *output, const int32_t *bias,
                                   const struct rune_filter *filter, const struct rune_requantize_twice *to,
                                   int32_t channel, int32_t next_row)
{
    const int32_t channels = filter->output_channels, next_tap = filter->dilation_x * channels;
    const int32_t count = channels - channel < RUNE_SUMS ? channels - channel : RUNE_SUMS;
    int32_t sums[RUNE_SUMS] = {bias[channel], bias[channel + 1], bias[channel + 2], bias[channel + 3]};
    number += channel;
    tap += channel;
    for (int32_t i = filter->filter_height; i > 0; i--, number += next_row) {
        for (int32_t j = filter->filter_width; j > 0; j--, number += next_tap, tap += channels) {
            for (int32_t k = 0; k < count; k++)
                sums[k] = (int32_t)((uint32_t)sums[k] + (uint32_t)(number[k] * tap[k]));
        }
    }
    rune_store_four(output, sums, channel, channels, to);
}

#endif

/* `taps` are [row][column][channel]; `rows` is room for `width` pixels of each row under them. */
RUNE_KERNEL void rune_depthwise_conv_2d_int8_vectors(const int8_t *input, int8_t *output, int8_t *rows,
                                                     const int8_t *taps, const int32_t *bias,
                                                     const struct rune_filter *filter,
                                                     const struct rune_requantize_twice *to, int32_t width,
                                                     int32_t zero_point)
{
    const int32_t channels = filter->output_channels;
    const int32_t next_row = (width - filter->filter_width * filter->dilation_x) * channels;
    for (int32_t batch = 0; batch < filter->batches; batch++) {
        for (int32_t y = 0; y < filter->output_height; y++) {
            const int8_t *number = rows;
            rune_padded_rows(rows, input, y, width, filter, zero_point);
            for (int32_t x = 0; x < filter->output_width; x++, output += channels, number += filter->stride_x * channels) {
                for (int32_t channel = 0; channel < channels; channel += RUNE_SUMS)
                    rune_taps_of_four(number, taps, output, bias, filter, to, channel, next_row);
            }
        }
        input += filter->input_height * filter->input_width * channels;
    }
}

#endif
