/*
 * From a sum of products (32 or 64 bits) to the output's scale (8 or 16 bits), in the arithmetic of TFLite's reference kernels: a
 * multiplier of 31 bits and a power of two. Convolutions and ADD round twice. Fully connected layers are multiplied in
 * double precision, or in integers that are proved to give the same for all of a layer's sums. Shifts to the right keep the sign.
 */
#ifndef RUNE_RESCALE_H
#define RUNE_RESCALE_H

#include <stdint.h>

#include "language.h"

/* The parameters of outputs that are rounded once: value * mantissa * 2^-shift, whose product stays below 2^62. */
struct rune_requantize_once {
    const int64_t *mantissa;
    const int32_t *shift;
    int32_t zero_point, minimum, maximum;
};

/* The parameters of outputs that are multiplied by a scale of double precision. */
struct rune_requantize_nearest {
    const double *scale;
    int32_t zero_point, minimum, maximum;
};

/* The parameters of outputs that are rounded twice: value * mantissa * 2^(exponent - 31). Exponents are from -31 to
 * 30. */
struct rune_requantize_twice {
    const int32_t *mantissa;
    const int8_t *exponent;
    int32_t zero_point, minimum, maximum;
};

/*
 * value * mantissa * 2^-31, rounded to nearest (halves up), then times 2^exponent, rounded to nearest (halves away from
 * zero). A left shift comes first and wraps, as in the reference.
 */
RUNE_FUNCTION int32_t rune_rescale_twice_one(int32_t value, int32_t mantissa, int32_t exponent)
{
    int64_t product;
    if (exponent >= 0) {
        value = (int32_t)((uint32_t)value << exponent);
        return (int32_t)(((int64_t)value * mantissa + (INT64_C(1) << 30)) >> 31);
    }
    product = ((int64_t)value * mantissa + (INT64_C(1) << 30)) >> 31;
    return (int32_t)((product + (INT64_C(1) << (-exponent - 1)) - (product < 0)) >> -exponent);
}

/* A value from the output's zero point, and within its range. A sum that leaves 32 bits wraps. */
RUNE_FUNCTION int32_t rune_bounded_from(int32_t value, int32_t zero_point, int32_t minimum, int32_t maximum)
{
    const int32_t moved = (int32_t)((uint32_t)value + (uint32_t)zero_point);
    return moved < minimum ? minimum : moved > maximum ? maximum : moved;
}

RUNE_FUNCTION int8_t rune_byte_from(int32_t value, int32_t zero_point, int32_t minimum, int32_t maximum)
{
    return (int8_t)rune_bounded_from(value, zero_point, minimum, maximum);
}

RUNE_FUNCTION int8_t rune_requantize_once(int32_t sum, const struct rune_requantize_once *to, int32_t channel)
{
    const int32_t shift = to->shift[channel];
    const int64_t half = INT64_C(1) << (shift - 1);
    const int32_t value = (int32_t)((sum * to->mantissa[channel] + half) >> shift);
    return rune_byte_from(value, to->zero_point, to->minimum, to->maximum);
}

/* The nearest number, halves away from zero. Products stay below 2^31. */
RUNE_FUNCTION int32_t rune_requantize_nearest(double sum, const struct rune_requantize_nearest *to, int32_t channel)
{
    const double product = RUNE_PRODUCT(sum, to->scale[channel]);
    const int32_t whole = (int32_t)product;
    const double rest = product - (double)whole;
    return rune_bounded_from(whole + (rest >= 0.5) - (rest <= -0.5), to->zero_point, to->minimum, to->maximum);
}

RUNE_FUNCTION int8_t rune_requantize_twice(int32_t sum, const struct rune_requantize_twice *to, int32_t channel)
{
    const int32_t value = rune_rescale_twice_one(sum, to->mantissa[channel], to->exponent[channel]);
    return rune_byte_from(value, to->zero_point, to->minimum, to->maximum);
}

RUNE_FUNCTION int16_t rune_requantize_twice_int16(int32_t sum, const struct rune_requantize_twice *to, int32_t channel)
{
    const int32_t value = rune_rescale_twice_one(sum, to->mantissa[channel], to->exponent[channel]);
    return (int16_t)rune_bounded_from(value, to->zero_point, to->minimum, to->maximum);
}

#endif
