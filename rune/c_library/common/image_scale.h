/* The quantization of an image of floats: number = scale * (byte - zero_point). */
#ifndef RUNE_IMAGE_SCALE_H
#define RUNE_IMAGE_SCALE_H

#include <stdint.h>

#include "rune_math.h"

/* By `factor` its numbers are multiplied. */
struct rune_image_scale {
    float scale, factor;
    int32_t zero_point;
};

/* Of an image whose numbers lie from `least` to `greatest`, zero among them. */
RUNE_FUNCTION struct rune_image_scale rune_image_scale_of(double least, double greatest, int32_t is_symmetric)
{
    struct rune_image_scale found = {1.0f, 0.0f, 0};
    if (least < greatest && is_symmetric) {
        const float reach = (float)(-least > greatest ? -least : greatest);
        found.scale = reach / 127.0f;
        found.factor = 127.0f / reach;
    } else if (least < greatest) {
        const double step = (double)(float)(greatest - least) / 255.0, below = least / step, above = greatest / step;
        const double zero_point = 128.0 - below < 127.0 + above ? -128.0 - below : 127.0 - above;
        const double rounded = zero_point < 0.0 ? -rune_floor(0.5 - zero_point) : rune_floor(zero_point + 0.5);
        found.zero_point = rounded < -128.0 ? -128 : rounded > 127.0 ? 127 : (int32_t)rounded;
        found.scale = (float)step;
        found.factor = 1.0f / found.scale;
    }
    return found;
}

#endif
