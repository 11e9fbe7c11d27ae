/* Bringing an image of floats to bytes. */
#ifndef RUNE_IMAGE_BYTES_H
#define RUNE_IMAGE_BYTES_H

#include <stdint.h>

#include "image_scale.h"

/* To nearest, halves away from zero, then moved by the zero point, then from `least` to 127. What is no number counts as
 * 0. */
RUNE_FUNCTION int8_t rune_rounded_byte(float value, int32_t zero_point, int32_t least)
{
    float rest;
    int32_t whole;
    value = value > 1024.0f ? 1024.0f : value < -1024.0f ? -1024.0f : value == value ? value : 0.0f;
    whole = (int32_t)value;
    rest = value - (float)whole;
    whole += (rest >= 0.5f) - (rest <= -0.5f) + zero_point;
    return (int8_t)(whole < least ? least : whole > INT8_MAX ? INT8_MAX : whole);
}

RUNE_FUNCTION struct rune_image_scale rune_quantize_image(const float *image, int8_t *bytes, int32_t count,
                                                          int32_t is_symmetric)
{
    double least = 0.0, greatest = 0.0;
    struct rune_image_scale found;
    for (int32_t i = 0; i < count; i++) {
        least = (double)image[i] < least ? (double)image[i] : least;
        greatest = (double)image[i] > greatest ? (double)image[i] : greatest;
    }
    found = rune_image_scale_of(least, greatest, is_symmetric);
    for (int32_t i = 0; i < count; i++)
        bytes[i] = rune_rounded_byte(image[i] * found.factor, found.zero_point, is_symmetric ? -127 : INT8_MIN);
    return found;
}

#endif
