/* The mathematics that a rune uses: one implementation for every target, so that every host computes the same bits.
 * Not a libm: only what blocks and kernels need. Compile without -ffast-math; RUNE_PRODUCT keeps a product that is not
 * exact from being fused with the sum that it goes into (language.h).
 *
 * Everything below is made of IEEE 754 additions, subtractions, multiplications and divisions, each rounded once, and of
 * integer operations. Sources of the arithmetic:
 *   exact products and sums   T. J. Dekker, "A floating-point technique for extending the available precision",
 *                             Numerische Mathematik 18 (1971), 224-242
 *   logarithm                 the series ln m = 2 (s + s^3/3 + s^5/5 + ...), s = (m - 1)/(m + 1)
 *   exponential               Cody and Waite's reduction x = k ln 2 + r in two parts, then the series of e^r
 *   complement of erf         a polynomial of our own for the logarithm of what is left of e^(-z^2)
 *   sine, cosine              the angle times as many digits of 2 / pi as count, then the series of both (M. H. Payne and
 *                             R. N. Hanek, "Radian reduction for trigonometric functions", SIGNUM Newsletter 18 (1983))
 *   remainder                 long division of the significands, bit by bit, hence exact
 */
#ifndef RUNE_MATH_H
#define RUNE_MATH_H

#include <stddef.h>
#include <stdint.h>

#include "language.h"

RUNE_FUNCTION uint64_t rune_f64_bits(double value) {
    union { double value; uint64_t bits; } both = {.value = value};
    return both.bits;
}

RUNE_FUNCTION double rune_f64_from_bits(uint64_t bits) {
    union { uint64_t bits; double value; } both = {.bits = bits};
    return both.value;
}

RUNE_FUNCTION uint32_t rune_f32_bits(float value) {
    union { float value; uint32_t bits; } both = {.value = value};
    return both.bits;
}

RUNE_FUNCTION float rune_f32_from_bits(uint32_t bits) {
    union { uint32_t bits; float value; } both = {.bits = bits};
    return both.value;
}

#define RUNE_INFINITY (rune_f64_from_bits(0x7FF0000000000000u))
#define RUNE_NAN (rune_f64_from_bits(0x7FF8000000000000u))
#define RUNE_INFINITY_F32 (rune_f32_from_bits(0x7F800000u))
#define RUNE_NAN_F32 (rune_f32_from_bits(0x7FC00000u))

/* The bits of a NaN differ between processors, so a block returns one fixed pattern. */
RUNE_FUNCTION double rune_one_nan(double value) { return value == value ? value : RUNE_NAN; }

RUNE_FUNCTION float rune_one_nan_f32(float value) { return value == value ? value : RUNE_NAN_F32; }

/* The square root, correctly rounded: an instruction of WebAssembly; elsewhere digit by digit, as C's own may be a call.
 * Negative numbers and NaN give NaN; the sign of zero is kept. */
RUNE_FUNCTION double rune_sqrt(double value) {
#ifdef __wasm__
    return __builtin_elementwise_sqrt(value);
#else
    uint64_t bits = rune_f64_bits(value), number = bits & 0x000FFFFFFFFFFFFFu, root = 0, rest = 0;
    int exponent = (int)(bits >> 52);
    if (value == 0.0 || bits == 0x7FF0000000000000u) return value;
    if (!(value > 0.0)) return RUNE_NAN;
    if (exponent == 0) {
        for (exponent = 1; number < (uint64_t)1 << 52; --exponent) number <<= 1;
    } else {
        number |= (uint64_t)1 << 52;
    }
    /* value = number * 2^exponent with an even exponent; then 54 digits of the root of number * 2^54. */
    exponent -= 1075;
    if (exponent & 1) {
        number <<= 1;
        exponent -= 1;
    }
    for (int i = 0; i < 54; ++i) {
        rest = rest << 2 | ((number >> 52) & 3);
        number = number << 2 & 0x003FFFFFFFFFFFFFu;
        root <<= 1;
        if (rest > root << 1) {
            rest -= root << 1 | 1;
            root |= 1;
        }
    }
    /* The last digit rounds: the root of a number of 53 bits is never half way between two numbers. */
    root = (root + 1) >> 1;
    return rune_f64_from_bits((uint64_t)(exponent / 2 + 1049) << 52 | (root & 0x000FFFFFFFFFFFFFu));
#endif
}

/* The same in f32: also an instruction of small cores with floats, which rounds as everywhere. */
RUNE_FUNCTION float rune_sqrtf(float value) {
#if defined(__wasm__)
    return __builtin_elementwise_sqrt(value);
#elif defined(__GNUC__) && defined(__arm__) && !defined(__SOFTFP__) && defined(__ARM_FP) && (__ARM_FP & 4)
    float root;
    __asm__("vsqrt.f32 %0, %1" : "=t"(root) : "t"(value));
    return root;
#else
    uint32_t bits = rune_f32_bits(value), number = bits & 0x007FFFFFu, root = 0, rest = 0;
    int32_t exponent = (int32_t)(bits >> 23);
    if (value == 0.0f || bits == 0x7F800000u) return value;
    if (!(value > 0.0f)) return RUNE_NAN_F32;
    if (exponent == 0) {
        for (exponent = 1; number < (uint32_t)1 << 23; --exponent) number <<= 1;
    } else {
        number |= (uint32_t)1 << 23;
    }
    /* value = number * 2^exponent with an odd exponent; then 25 digits of the root of number * 2^25. */
    exponent -= 150;
    if (!(exponent & 1)) {
        number <<= 1;
        exponent -= 1;
    }
    for (int32_t i = 0; i < 25; ++i) {
        rest = rest << 2 | ((number >> 23) & 3);
        number = number << 2 & 0x01FFFFFFu;
        root <<= 1;
        if (rest > root << 1) {
            rest -= root << 1 | 1;
            root |= 1;
        }
    }
    root = (root + 1) >> 1;
    return rune_f32_from_bits((uint32_t)((exponent - 25) / 2 + 151) << 23 | (root & 0x007FFFFFu));
#endif
}

/* How many binary digits a number has; 0 has none. */
RUNE_FUNCTION int32_t rune_bit_length(uint32_t value) {
#ifdef __wasm__
    return value ? 32 - __builtin_clz(value) : 0;
#else
    int32_t length = 0;
    for (; value; value >>= 1) ++length;
    return length;
#endif
}

/* Towards zero; exact. Keeps the sign of zero, infinities and NaN. */
RUNE_FUNCTION double rune_trunc(double value) {
#ifdef __wasm__
    return __builtin_trunc(value);
#else
    uint64_t bits = rune_f64_bits(value);
    int exponent = (int)((bits >> 52) & 0x7FF) - 1023;
    if (exponent >= 52) return value;
    uint64_t fraction = exponent < 0 ? 0x7FFFFFFFFFFFFFFFu : 0x000FFFFFFFFFFFFFu >> exponent;
    return rune_f64_from_bits(bits & ~fraction);
#endif
}

RUNE_FUNCTION float rune_truncf(float value) {
#ifdef __wasm__
    return __builtin_truncf(value);
#else
    return (float)rune_trunc((double)value);
#endif
}

/* Towards minus infinity; exact. */
RUNE_FUNCTION double rune_floor(double value) {
#ifdef __wasm__
    return __builtin_floor(value);
#else
    double whole = rune_trunc(value);
    return whole > value ? whole - 1.0 : whole;
#endif
}

RUNE_FUNCTION float rune_floorf(float value) {
#ifdef __wasm__
    return __builtin_floorf(value);
#else
    return (float)rune_floor((double)value);
#endif
}

/* To the nearest integer, halves away from zero (C's round); exact. */
RUNE_FUNCTION double rune_round(double value) {
    double whole = rune_trunc(value);
    double rest = value - whole;
    if (rest >= 0.5) return whole + 1.0;
    if (rest <= -0.5) return whole - 1.0;
    return whole;
}

RUNE_FUNCTION float rune_roundf(float value) { return (float)rune_round((double)value); }

/* Truncation to an integer type; what is outside becomes the nearest limit, NaN becomes 0 (Rust's `as`). */
RUNE_FUNCTION uint32_t rune_u32_saturating(double value) {
    if (!(value > 0.0)) return 0;
    return value >= 4294967295.0 ? 0xFFFFFFFFu : (uint32_t)value;
}

RUNE_FUNCTION int32_t rune_i32_saturating(double value) {
    if (value != value) return 0;
    if (value <= -2147483648.0) return INT32_MIN;
    return value >= 2147483647.0 ? INT32_MAX : (int32_t)value;
}

RUNE_FUNCTION int8_t rune_i8_saturating(double value) {
    int32_t whole = rune_i32_saturating(value);
    return (int8_t)(whole < -128 ? -128 : whole > 127 ? 127 : whole);
}

/* The rounding error of left * right, exactly, when nothing overflows or is subnormal (Dekker 1971). */
RUNE_FUNCTION double rune_product_error(double left, double right, double product) {
    double wide_left = RUNE_PRODUCT(134217729.0, left);
    double wide_right = RUNE_PRODUCT(134217729.0, right);
    double left_high = wide_left - (wide_left - left), left_low = left - left_high;
    double right_high = wide_right - (wide_right - right), right_low = right - right_high;
    /* Halves of a number have half of its digits, so that these products are exact, fused or not. */
    return ((left_high * right_high - product) + left_high * right_low + left_low * right_high) + left_low * right_low;
}

/* Logarithm to base 2, off by less than 0.6 units in the last place; exact for powers of two.
 * 0 gives minus infinity, negative numbers and NaN give NaN, infinity gives infinity. */
RUNE_FUNCTION double rune_log2(double value) {
    if (!(value >= 0.0)) return RUNE_NAN;
    if (value == 0.0) return -RUNE_INFINITY;
    uint64_t bits = rune_f64_bits(value);
    int exponent = (int)(bits >> 52) - 1023;
    if (exponent == 1024) return value;
    if (exponent == -1023) { /* subnormal */
        bits = rune_f64_bits(value * 0x1p54);
        exponent = (int)(bits >> 52) - 1023 - 54;
    }
    bits &= 0x000FFFFFFFFFFFFFu;
    if (bits >= 0x6A09E667F3BCDu) { /* sqrt 2 and up: take half of it, so that m is in [sqrt 1/2, sqrt 2) */
        exponent += 1;
        bits |= (uint64_t)1022 << 52;
    } else {
        bits |= (uint64_t)1023 << 52;
    }
    double m = rune_f64_from_bits(bits);

    /* s + s_low = (m - 1)/(m + 1) to twice the precision; m - 1 is exact. */
    double above = m - 1.0;
    double below = 1.0 + m;
    double below_low = m < 1.0 ? m - (below - 1.0) : 1.0 - (below - m);
    double s = above / below;
    double product = RUNE_PRODUCT(s, below);
    double s_low = ((above - product) - rune_product_error(s, below, product) - RUNE_PRODUCT(s, below_low)) / below;

    double q = RUNE_PRODUCT(s, s);
    double series =
        0x1.5555555555555p-2 + RUNE_PRODUCT(q, 0x1.999999999999ap-3 + RUNE_PRODUCT(q,
        0x1.2492492492492p-3 + RUNE_PRODUCT(q, 0x1.c71c71c71c71cp-4 + RUNE_PRODUCT(q,
        0x1.745d1745d1746p-4 + RUNE_PRODUCT(q, 0x1.3b13b13b13b14p-4 + RUNE_PRODUCT(q,
        0x1.1111111111111p-4 + RUNE_PRODUCT(q, 0x1.e1e1e1e1e1e1ep-5 + RUNE_PRODUCT(q,
        0x1.af286bca1af28p-5 + RUNE_PRODUCT(q, 0x1.8618618618618p-5 + RUNE_PRODUCT(q, 0x1.642c8590b2164p-5))))))))));
    double tail = s_low + RUNE_PRODUCT(RUNE_PRODUCT(s, q), series);
    double sum = s + tail; /* |s| > |tail| or both are 0 */
    double sum_low = tail - (sum - s);

    /* Times 2 / ln 2, in two parts, plus the exponent. */
    double high = RUNE_PRODUCT(sum, 0x1.71547652b82fep+1);
    double low = rune_product_error(sum, 0x1.71547652b82fep+1, high) + RUNE_PRODUCT(sum, 0x1.777d0ffda0d24p-55) +
                 RUNE_PRODUCT(sum_low, 0x1.71547652b82fep+1);
    double whole = (double)exponent;
    double total = whole + high; /* |whole| is 0 or more than |high| */
    double total_low = exponent == 0 ? 0.0 : high - (total - whole);
    return total + (total_low + low);
}

/* Natural exponential, off by less than 1 unit in the last place. */
RUNE_FUNCTION double rune_exp(double value) {
    if (value != value) return value;
    if (value > 709.782712893384) return RUNE_INFINITY;
    if (value < -745.1332191019412) return 0.0;
    double whole = rune_floor(RUNE_PRODUCT(value, 0x1.71547652b82fep+0) + 0.5);
    /* ln 2 = 0x1.62e42fefa2p-1 (40 bits, so that the product is exact) + 0x1.9ef35793c7673p-41 */
    double high = value - whole * 0x1.62e42fefa2p-1;
    double low = RUNE_PRODUCT(whole, 0x1.9ef35793c7673p-41);
    double r = high - low;
    double r_low = (high - r) - low;
    double series =
        0x1p-1 + RUNE_PRODUCT(r, 0x1.5555555555555p-3 + RUNE_PRODUCT(r, 0x1.5555555555555p-5 + RUNE_PRODUCT(r,
        0x1.1111111111111p-7 + RUNE_PRODUCT(r, 0x1.6c16c16c16c17p-10 + RUNE_PRODUCT(r,
        0x1.a01a01a01a01ap-13 + RUNE_PRODUCT(r, 0x1.a01a01a01a01ap-16 + RUNE_PRODUCT(r,
        0x1.71de3a556c734p-19 + RUNE_PRODUCT(r, 0x1.27e4fb7789f5cp-22 + RUNE_PRODUCT(r,
        0x1.ae64567f544e4p-26 + RUNE_PRODUCT(r, 0x1.1eed8eff8d898p-29 + RUNE_PRODUCT(r,
        0x1.6124613a86d09p-33)))))))))));
    double result = 1.0 + (r + (r_low + RUNE_PRODUCT(RUNE_PRODUCT(r, r), series)));
    /* Times 2^k in two steps, so that a subnormal result is rounded once. */
    int k = (int)whole;
    if (k < -1000) return result * rune_f64_from_bits((uint64_t)(k + 1023 + 200) << 52) * 0x1p-200;
    if (k > 1000) return result * rune_f64_from_bits((uint64_t)(k + 1023 - 100) << 52) * 0x1p100;
    return result * rune_f64_from_bits((uint64_t)(k + 1023) << 52);
}

/* 1 - erf(value), off by less than 1e-12 of itself up to 12 and as good as 0 beyond: t e^(p(t) - z^2) with t = 2/(2 + z)
 * and a polynomial p, the best for ln(erfc(z)/t) + z^2 at Chebyshev's places. */
RUNE_FUNCTION double rune_erfc(double value) {
    static const double terms[] = {
        0x1.3ba70815d54f3p-28, -0x1.df078c95e4c6ap-24, 0x1.1f0df472582afp-23, 0x1.bd891eb780c96p-21,
        -0x1.005b4000861d1p-19, -0x1.240c7563c92d8p-19, 0x1.a7434e297536cp-17, -0x1.8c0da1a54b223p-18,
        -0x1.cdd4b5ff4fa88p-15, 0x1.9ee5d8964ce46p-14, 0x1.5a15ec2019a2ep-13, -0x1.7118ca338654cp-11,
        -0x1.aead1d8c1575ep-13, 0x1.1b199c0a9afb2p-8, -0x1.cea2460c661b2p-10, -0x1.0562b473f4583p-5,
        0x1.3c993c0e77d12p-6, 0x1.2bd40a00135cbp-1, -0x1.26562fc55f90ep-1
    };
    double z = value < 0.0 ? -value : value;
    if (value != value) return value;
    if (z > 12.0) z = 12.0;
    double t = 2.0 / (2.0 + z);
    double place = (t - 0x1.2492492492492p-1) / 0x1.b6db6db6db6dcp-2;
    double series = terms[0];
    for (int i = 1; i < (int)(sizeof terms / sizeof terms[0]); ++i) series = terms[i] + RUNE_PRODUCT(place, series);
    double tail = RUNE_PRODUCT(t, rune_exp(series - RUNE_PRODUCT(z, z)));
    return value < 0.0 ? 2.0 - tail : tail;
}

/* Natural exponential through f64: the nearest f32 but for about one argument in 10^8. */
RUNE_FUNCTION float rune_expf(float value) { return (float)rune_exp((double)value); }

/* How many quarter turns (modulo 4) an angle is nearest to, and the rest in `rest`, at most an eighth of a turn: what is
 * lost is below 2^-61 of a quarter turn, for every finite f32. The angle is number * 2^exponent; of 2 / pi only the 96
 * digits count whose products are below 4 quarter turns and above what a rest can hold. */
RUNE_FUNCTION uint32_t rune_quarter_turns(float angle, double *rest) {
    static const uint32_t two_over_pi[8] = {0,           0xA2F9836Eu, 0x4E441529u, 0xFC2757D1u,
                                            0xF534DDC0u, 0xDB629599u, 0x3C439041u, 0xFE5163ABu};
    const uint32_t bits = rune_f32_bits(angle) & 0x7FFFFFFFu;
    if (bits < 0x3F490FDBu) { /* an eighth of a turn */
        *rest = (double)angle;
        return 0;
    }
    const uint64_t number = (bits & 0x007FFFFFu) | 0x00800000u;
    const uint32_t place = (bits >> 23) - 120; /* the exponent + 30: the digit that stands for two quarter turns */
    const uint32_t *word = two_over_pi + (place >> 5);
    uint32_t digits[3];
    for (int i = 0; i < 3; ++i)
        digits[i] = (uint32_t)(((uint64_t)word[i] << 32 | word[i + 1]) << (place & 31) >> 32);
    /* In 2^-62 quarter turns; what leaves 64 bits are whole turns. */
    const uint64_t turns = number * ((uint64_t)digits[0] << 32 | digits[1]) + (number * digits[2] >> 32);
    const uint32_t quarters = (uint32_t)((turns + ((uint64_t)1 << 61)) >> 62);
    const double part = (double)(int64_t)(turns - ((uint64_t)quarters << 62)) * 0x1.921fb54442d18p-62;
    *rest = angle < 0.0f ? -part : part;
    return (angle < 0.0f ? 4u - quarters : quarters) & 3u;
}

/* The sine of an angle in radians and so many quarter turns more, through f64; of what is not finite NaN. */
RUNE_FUNCTION float rune_sine_f32(float angle, uint32_t quarters) {
    double r, result;
    if ((rune_f32_bits(angle) & 0x7FFFFFFFu) >= 0x7F800000u) return RUNE_NAN_F32;
    quarters += rune_quarter_turns(angle, &r);
    const double q = RUNE_PRODUCT(r, r);
    if (quarters & 1) {
        result = 1.0 + RUNE_PRODUCT(q, -0x1p-1 + RUNE_PRODUCT(q, 0x1.5555555555555p-5 + RUNE_PRODUCT(q,
            -0x1.6c16c16c16c17p-10 + RUNE_PRODUCT(q, 0x1.a01a01a01a01ap-16 + RUNE_PRODUCT(q,
            -0x1.27e4fb7789f5cp-22 + RUNE_PRODUCT(q, 0x1.1eed8eff8d898p-29 + RUNE_PRODUCT(q,
            -0x1.93974a8c07c9dp-37)))))));
    } else {
        result = r * (1.0 + RUNE_PRODUCT(q, -0x1.5555555555555p-3 + RUNE_PRODUCT(q, 0x1.1111111111111p-7 +
            RUNE_PRODUCT(q, -0x1.a01a01a01a01ap-13 + RUNE_PRODUCT(q, 0x1.71de3a556c734p-19 + RUNE_PRODUCT(q,
            -0x1.ae64567f544e4p-26 + RUNE_PRODUCT(q, 0x1.6124613a86d09p-33)))))));
    }
    return (float)(quarters & 2 ? -result : result);
}

RUNE_FUNCTION float rune_sinf(float angle) { return rune_sine_f32(angle, 0); }

RUNE_FUNCTION float rune_cosf(float angle) { return rune_sine_f32(angle, 1); }

/* C's fmod: exact, with the sign of the dividend. An infinite dividend or a divisor of 0 gives NaN. */
RUNE_FUNCTION double rune_fmod(double dividend, double divisor) {
    uint64_t left = rune_f64_bits(dividend) & 0x7FFFFFFFFFFFFFFFu;
    uint64_t right = rune_f64_bits(divisor) & 0x7FFFFFFFFFFFFFFFu;
    uint64_t sign = rune_f64_bits(dividend) & 0x8000000000000000u;
    if (right == 0 || left >= 0x7FF0000000000000u || right > 0x7FF0000000000000u) return RUNE_NAN;
    if (left < right) return dividend;
    int left_exponent = (int)(left >> 52), right_exponent = (int)(right >> 52);
    uint64_t rest = left & 0x000FFFFFFFFFFFFFu, by = right & 0x000FFFFFFFFFFFFFu;
    if (left_exponent == 0) left_exponent = 1;
    else rest |= (uint64_t)1 << 52;
    if (right_exponent == 0) right_exponent = 1;
    else by |= (uint64_t)1 << 52;
    /* rest * 2^left_exponent modulo by * 2^right_exponent; at most 2,045 doublings. */
    rest %= by;
    for (int exponent = left_exponent; exponent > right_exponent && rest != 0; --exponent) {
        rest <<= 1;
        if (rest >= by) rest -= by;
    }
    if (rest == 0) return rune_f64_from_bits(sign);
    while (rest < ((uint64_t)1 << 52) && right_exponent > 1) {
        rest <<= 1;
        right_exponent -= 1;
    }
    if (rest >> 52) rest = (rest & 0x000FFFFFFFFFFFFFu) | (uint64_t)right_exponent << 52;
    return rune_f64_from_bits(sign | rest);
}

/* C's fmodf; the remainder of two f32 is an f32, so that the way through f64 is exact as well. */
RUNE_FUNCTION float rune_fmodf(float dividend, float divisor) {
    return (float)rune_fmod((double)dividend, (double)divisor);
}

#endif
