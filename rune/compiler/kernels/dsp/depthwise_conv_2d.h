/*
 * DEPTHWISE_CONV_2D of int8 with 3x3 taps, four channels at a time. The three rows under the taps are widened and paired
 * once for all columns: the upper two rows of a column as one word, the lowest row of two columns as another. So an
 * output takes five products of pairs for its nine taps.
 */
#ifndef RUNE_DSP_DEPTHWISE_CONV_2D_H
#define RUNE_DSP_DEPTHWISE_CONV_2D_H

#include "filter.h"
#include "requantize.h"

#define RUNE_COLUMN_WORDS 3              /* of two columns of a channel: the upper pair of each, and the lower pair */
#define RUNE_PAIR_WORDS (4 * RUNE_COLUMN_WORDS) /* of two columns of four channels */
#define RUNE_TAP_WORDS 5                 /* of a channel: the upper pairs of three columns, the lowest taps 0, 1 and 1, 2 */

/* Two columns of four channels, bytes of three rows each, as [channel][RUNE_COLUMN_WORDS]. */
RUNE_INLINE void rune_pair_columns(uint32_t *words, const uint32_t *even, const uint32_t *odd)
{
    uint32_t top = rune_even_bytes(even[0]), middle = rune_even_bytes(even[1]);
    words[0] = rune_low_halves(top, middle);
    words[6] = rune_high_halves(top, middle);
    top = rune_even_bytes(odd[0]), middle = rune_even_bytes(odd[1]);
    words[1] = rune_low_halves(top, middle);
    words[7] = rune_high_halves(top, middle);
    top = rune_even_bytes(even[2]), middle = rune_even_bytes(odd[2]);
    words[2] = rune_low_halves(top, middle);
    words[8] = rune_high_halves(top, middle);
    top = rune_odd_bytes(even[0]), middle = rune_odd_bytes(even[1]);
    words[3] = rune_low_halves(top, middle);
    words[9] = rune_high_halves(top, middle);
    top = rune_odd_bytes(odd[0]), middle = rune_odd_bytes(odd[1]);
    words[4] = rune_low_halves(top, middle);
    words[10] = rune_high_halves(top, middle);
    top = rune_odd_bytes(even[2]), middle = rune_odd_bytes(odd[2]);
    words[5] = rune_low_halves(top, middle);
    words[11] = rune_high_halves(top, middle);
}

/* Three rows of an image; a row beside it is null. */
struct rune_three_rows {
    const int8_t *top, *middle, *low;
    int32_t width, channels;
    uint32_t beside; /* the zero point, four times */
};

/* The bytes of four channels at a column of the three rows. */
RUNE_INLINE void rune_column_of(uint32_t *column, const struct rune_three_rows *rows, int32_t left)
{
    const int32_t place = left * rows->channels;
    column[0] = column[1] = column[2] = rows->beside;
    if (left < 0 || left >= rows->width)
        return;
    if (rows->top)
        column[0] = rune_word_at(rows->top + place);
    if (rows->middle)
        column[1] = rune_word_at(rows->middle + place);
    if (rows->low)
        column[2] = rune_word_at(rows->low + place);
}

/* All columns that the taps meet, from the `left`-th on, which may be left of the image: [pair of columns][channel]. */
RUNE_FUNCTION void rune_pair_rows(uint32_t *words, int32_t pairs, const struct rune_three_rows *rows, int32_t left)
{
    const int8_t *top = rows->top, *middle = rows->middle, *low = rows->low;
    const int32_t whole = top && middle && low ? rows->width - 1 : 0, channels = rows->channels;
    for (; pairs > 0; pairs--, words += RUNE_PAIR_WORDS, left += 2) {
        uint32_t even[3], odd[3];
        if (left >= 0 && left < whole) {
            const int32_t place = left * channels, next = place + channels;
            even[0] = rune_word_at(top + place), odd[0] = rune_word_at(top + next);
            even[1] = rune_word_at(middle + place), odd[1] = rune_word_at(middle + next);
            even[2] = rune_word_at(low + place), odd[2] = rune_word_at(low + next);
        } else {
            rune_column_of(even, rows, left);
            rune_column_of(odd, rows, left + 1);
        }
        rune_pair_columns(words, even, odd);
    }
}

#if RUNE_HAS_DSP

/*
 * The sums of a channel's row, two at a time, up to `end`: five taps, three words of columns, two sums and the bias stay
 * in registers, which no compiler manages. The columns of the next output are read when those of the last are done with.
 */
RUNE_ASSEMBLY void rune_sums_by_one(const uint32_t *words RUNE_UNUSED, const uint32_t *taps RUNE_UNUSED,
                                    int32_t *sums RUNE_UNUSED, const int32_t *end RUNE_UNUSED,
                                    int32_t bias RUNE_UNUSED)
{
    __asm__("push {r4-r11, lr}\n"
            "ldr r12, [sp, #36]\n"
            "ldm r1, {r4-r8}\n"
            "ldrd r9, r10, [r0]\n"
            "ldr r11, [r0, #8]\n"
            "add r0, #56\n"
            "1:\n"
            "smlad r1, r9, r4, r12\n"
            "smlad lr, r10, r4, r12\n"
            "smlad r1, r10, r5, r1\n"
            "ldrd r9, r10, [r0, #-8]\n"
            "smlad r1, r9, r6, r1\n"
            "smlad lr, r9, r5, lr\n"
            "smlad lr, r10, r6, lr\n"
            "smlad r1, r11, r7, r1\n"
            "smlatb lr, r11, r7, lr\n"
            "ldr r11, [r0], #48\n"
            "smlabt r1, r11, r8, r1\n"
            "smlad lr, r11, r8, lr\n"
            "strd r1, lr, [r2], #8\n"
            "cmp r2, r3\n"
            "bne 1b\n"
            "pop {r4-r11, pc}\n");
}

/* The same where the next output is two columns further; one at a time. */
RUNE_ASSEMBLY void rune_sums_by_two(const uint32_t *words RUNE_UNUSED, const uint32_t *taps RUNE_UNUSED,
                                    int32_t *sums RUNE_UNUSED, const int32_t *end RUNE_UNUSED,
                                    int32_t bias RUNE_UNUSED)
{
    __asm__("push {r4-r11, lr}\n"
            "ldr r12, [sp, #36]\n"
            "ldm r1, {r4-r8}\n"
            "ldrd r9, r10, [r0]\n"
            "ldr r11, [r0, #8]\n"
            "add r0, #56\n"
            "1:\n"
            "smlad r1, r9, r4, r12\n"
            "smlad r1, r10, r5, r1\n"
            "ldrd r9, r10, [r0, #-8]\n"
            "smlad r1, r9, r6, r1\n"
            "smlad r1, r11, r7, r1\n"
            "ldr r11, [r0], #48\n"
            "smlabt r1, r11, r8, r1\n"
            "str r1, [r2], #4\n"
            "cmp r2, r3\n"
            "bne 1b\n"
            "pop {r4-r11, pc}\n");
}

#else

/* The sums of a channel's row, two at a time, up to `end`. */
RUNE_FUNCTION void rune_sums_by_one(const uint32_t *words, const uint32_t *taps, int32_t *sums, const int32_t *end,
                                    int32_t bias)
{
    for (; sums != end; sums += 2, words += RUNE_PAIR_WORDS) {
        const uint32_t *next = words + RUNE_PAIR_WORDS;
        int32_t sum = rune_add_products(words[0], taps[0], bias), other = rune_add_products(words[1], taps[0], bias);
        sum = rune_add_products(words[1], taps[1], sum);
        sum = rune_add_products(next[0], taps[2], sum);
        sum = rune_add_products(words[2], taps[3], sum);
        sums[0] = rune_add_low_high(next[2], taps[4], sum);
        other = rune_add_products(next[0], taps[1], other);
        other = rune_add_products(next[1], taps[2], other);
        other = rune_add_high_low(words[2], taps[3], other);
        sums[1] = rune_add_products(next[2], taps[4], other);
    }
}

/* The same where the next output is two columns further; one at a time. */
RUNE_FUNCTION void rune_sums_by_two(const uint32_t *words, const uint32_t *taps, int32_t *sums, const int32_t *end,
                                    int32_t bias)
{
    for (; sums != end; sums++, words += RUNE_PAIR_WORDS) {
        const uint32_t *next = words + RUNE_PAIR_WORDS;
        int32_t sum = rune_add_products(words[0], taps[0], bias);
        sum = rune_add_products(words[1], taps[1], sum);
        sum = rune_add_products(next[0], taps[2], sum);
        sum = rune_add_products(words[2], taps[3], sum);
        *sums = rune_add_low_high(next[2], taps[4], sum);
    }
}

#endif

/*
 * `words` is room for four channels of `pairs` columns by two, and behind it for the sums of a row. At the end of the
 * channels the four last ones are computed, some of them again. Strides of columns are 1 or 2.
 */
RUNE_INLINE void rune_depthwise_rows(const int8_t *input, int8_t *output, uint32_t *words, const uint32_t *taps,
                                     const int32_t *bias, const struct rune_filter *filter,
                                     const struct rune_requantize_twice *to, int32_t pairs, int32_t zero_point,
                                     const int32_t stride, const int is_whole)
{
    const int32_t channels = filter->output_channels, line_size = filter->input_width * channels;
    const int32_t width = filter->output_width;
    const uint32_t beside = (uint32_t)(uint8_t)zero_point * UINT32_C(0x01010101);
    int32_t *sums = (int32_t *)(words + pairs * RUNE_PAIR_WORDS);
    for (int32_t batch = 0; batch < filter->batches; batch++, input += filter->input_height * line_size) {
        for (int32_t y = 0; y < filter->output_height; y++, output += width * channels) {
            for (int32_t group = 0; group < channels; group += 4) {
                const int32_t channel = group < channels - 4 ? group : channels - 4;
                const int8_t *rows[3];
                for (int32_t i = 0; i < 3; i++) {
                    const int32_t line = y * filter->stride_y - filter->pad_top + i * filter->dilation_y;
                    rows[i] = line >= 0 && line < filter->input_height ? input + line * line_size + channel : 0;
                }
                const struct rune_three_rows three = {rows[0], rows[1], rows[2], filter->input_width, channels, beside};
                rune_pair_rows(words, pairs, &three, -filter->pad_left);
                for (int32_t i = 0; i < 4; i++) {
                    const uint32_t *columns = words + i * RUNE_COLUMN_WORDS, *its = taps + (channel + i) * RUNE_TAP_WORDS;
                    if (stride == 1)
                        rune_sums_by_one(columns, its, sums, sums + (width + 1) / 2 * 2, bias[channel + i]);
                    else
                        rune_sums_by_two(columns, its, sums, sums + width, bias[channel + i]);
                    rune_store_row(output + channel + i, sums, width, channels, to, channel + i, is_whole);
                }
            }
        }
    }
}

#define RUNE_DEPTHWISE_INT8(name, stride, is_whole)                                                                    \
    RUNE_KERNEL void name(const int8_t *input, int8_t *output, uint32_t *words, const uint32_t *taps,                  \
                          const int32_t *bias, const struct rune_filter *filter,                                       \
                          const struct rune_requantize_twice *to, int32_t pairs, int32_t zero_point)                   \
    {                                                                                                                  \
        rune_depthwise_rows(input, output, words, taps, bias, filter, to, pairs, zero_point, stride, is_whole);        \
    }

RUNE_DEPTHWISE_INT8(rune_depthwise_conv_2d_int8_by_1, 1, 1)
RUNE_DEPTHWISE_INT8(rune_depthwise_conv_2d_int8_by_1_bounded, 1, 0)
RUNE_DEPTHWISE_INT8(rune_depthwise_conv_2d_int8_by_2, 2, 1)
RUNE_DEPTHWISE_INT8(rune_depthwise_conv_2d_int8_by_2_bounded, 2, 0)

#endif
