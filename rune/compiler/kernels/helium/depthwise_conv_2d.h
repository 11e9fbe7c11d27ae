/*
 * DEPTHWISE_CONV_2D of int8 with 3x3 taps: eight channels at a time, of rows that are copied with their padding. Products
 * of even and of odd channels have vectors of their own, so taps, biases and multipliers of a group lie in that order.
 */
#ifndef RUNE_HELIUM_DEPTHWISE_CONV_2D_H
#define RUNE_HELIUM_DEPTHWISE_CONV_2D_H

#include "padded_rows.h"
#include "vectors.h"

#define RUNE_LANES 8
#define RUNE_NINE 9

#if RUNE_HAS_HELIUM

#define RUNE_TAP(row)                  \
    "vldrb.s16 q0, [%[" row "]]\n"     \
    "vldrb.s16 q1, [%[taps]], #8\n"    \
    "vmullb.s16 q2, q0, q1\n"          \
    "vmullt.s16 q3, q0, q1\n"          \
    "vadd.i32 %q[even], %q[even], q2\n" \
    "vadd.i32 %q[odd], %q[odd], q3\n"
#define RUNE_COLUMN RUNE_TAP("top") RUNE_TAP("middle") RUNE_TAP("low")
#define RUNE_NEXT_COLUMN "add %[top], %[step]\n add %[middle], %[step]\n add %[low], %[step]\n"

/* The bytes of eight channels of a pixel. Taps are [column][row][channel], rows `line` bytes apart. */
RUNE_INLINE void rune_eight_channels(const int8_t *top, int32_t line, const int8_t *taps, int8_t *output,
                                     const int32_t *bias, const struct rune_requantize_twice *to, int32_t first,
                                     int32_t step)
{
    const int8_t *middle = top + line, *low = middle + line;
    int32x4_t even = vldrwq_s32(bias + first), odd = vldrwq_s32(bias + first + 4);
    __asm__(RUNE_COLUMN RUNE_NEXT_COLUMN RUNE_COLUMN RUNE_NEXT_COLUMN RUNE_COLUMN
            : [even] "+w"(even), [odd] "+w"(odd), [top] "+l"(top), [middle] "+l"(middle), [low] "+l"(low),
              [taps] "+l"(taps)
            : [step] "r"(step)
            : "q0", "q1", "q2", "q3", "memory");
    int16x8_t values = vmovnbq_s32(vdupq_n_s16(0), rune_rounded_four(even, to, first));
    values = vmovntq_s32(values, rune_rounded_four(odd, to, first + 4));
    vstrbq_s16(output, values);
}

#undef RUNE_TAP
#undef RUNE_COLUMN
#undef RUNE_NEXT_COLUMN

#else

/* The bytes of eight channels of a pixel. Taps are [column][row][channel], rows `line` bytes apart. */
RUNE_INLINE void rune_eight_channels(const int8_t *top, int32_t line, const int8_t *taps, int8_t *output,
                                     const int32_t *bias, const struct rune_requantize_twice *to, int32_t first,
                                     int32_t step)
{
    for (int32_t i = 0; i < RUNE_LANES; i++) {
        const int32_t lane = first + i / 2 + i % 2 * 4; /* even channels come before odd ones */
        uint32_t sum = (uint32_t)bias[lane];
        for (int32_t tap = 0; tap < RUNE_NINE; tap++)
            sum += (uint32_t)(top[tap % 3 * line + tap / 3 * step + i] * taps[tap * RUNE_LANES + i]);
        output[i] = rune_bounded_byte(rune_rounded_twice((int32_t)sum, rune_rounding_of(to, lane)), 0, to->minimum,
                                      to->maximum);
    }
}

#endif

/* `taps` are [group of channels][column][row][channel]; `rows` is room for `width` pixels of three rows. At the end of the
 * channels the last eight are computed, some of them again. */
RUNE_KERNEL void rune_depthwise_conv_2d_int8_vectors(const int8_t *input, int8_t *output, int8_t *rows,
                                                     const int8_t *taps, const int32_t *bias,
                                                     const struct rune_filter *filter,
                                                     const struct rune_requantize_twice *to, int32_t width,
                                                     int32_t zero_point)
{
    const int32_t channels = filter->output_channels, line = width * channels;
    for (int32_t batch = 0; batch < filter->batches; batch++) {
        for (int32_t y = 0; y < filter->output_height; y++) {
            const int8_t *numbers = rows;
            rune_padded_rows(rows, input, y, width, filter, zero_point);
            for (int32_t x = 0; x < filter->output_width; x++, output += channels, numbers += filter->stride_x * channels) {
                const int8_t *its = taps;
                for (int32_t first = 0; first < channels; first += RUNE_LANES, its += RUNE_NINE * RUNE_LANES) {
                    const int32_t channel = first < channels - RUNE_LANES ? first : channels - RUNE_LANES;
                    rune_eight_channels(numbers + channel, line, its, output + channel, bias, to, first, channels);
                }
            }
        }
        input += filter->input_height * filter->input_width * channels;
    }
}

#endif
