/* Frames of a sound, the energies of their mel bands, logarithms and cepstra. Tables and sizes come from the build; the
 * power spectrum is in real_spectrum.h. Energies and what follows are in f32, each sum in the order of its elements. */
#ifndef RUNE_MEL_H
#define RUNE_MEL_H

#include <stdint.h>

#include "language.h"
#include "real_spectrum.h"
#include "rune_math.h"

struct rune_mel_span {
    int32_t first, count;
};

/* Doubles first, so that every compiler lays it out alike. `pre_emphasis` has 30 fractional bits. */
struct rune_mel {
    double sample_scale, power_scale, least;
    float top_db, noise_floor;
    int32_t pre_emphasis, samples, step, start, size, frames, bands, reflects, decibels, coefficients, has_energy;
    int32_t has_magnitudes, adds_least, is_of_peak, replaces_small, is_turned, window;
};

struct rune_mel_tables {
    const struct rune_mel *mel;
    const int32_t *window;
    const uint16_t *places; /* of each pair of samples before the transform */
    const struct rune_whole_complex *turns;
    const struct rune_mel_span *spans;
    const float *weights;
};

RUNE_FUNCTION struct rune_mel_tables rune_mel_tables_of(const void *mel, const void *window, const void *places,
                                                        const void *turns, const void *spans, const void *weights) {
    const struct rune_mel_tables tables = {(const struct rune_mel *)mel, (const int32_t *)window,
                                           (const uint16_t *)places, (const struct rune_whole_complex *)turns,
                                           (const struct rune_mel_span *)spans, (const float *)weights};
    return tables;
}

/* A sound of either type; `scale` is found before the first frame. */
struct rune_mel_sound {
    const int16_t *whole;
    const float *real;
    double scale;
};

/* A frame's energy, and the factor that makes it and the energies of its bands those of the samples. */
struct rune_mel_total {
    float energy;
    double factor;
};

/* The factor for all samples: the plan's, or the reciprocal of the greatest sample if that is above 0. */
RUNE_FUNCTION double rune_mel_scale(struct rune_mel_sound sound, const struct rune_mel *mel) {
    if (!mel->is_of_peak) return mel->sample_scale;
    double most = 0.0;
    for (int32_t at = 0; at < mel->samples; ++at) {
        const double sample = sound.whole ? (double)sound.whole[at] : (double)sound.real[at];
        if (sample > most) most = sample;
    }
    return most > 0.0 ? 1.0 / most : 1.0;
}

/* Where a sample of the frames lies: beside the sound in its mirror image, or at -1, where there is silence. */
RUNE_FUNCTION int32_t rune_mel_place(const struct rune_mel *mel, int32_t at) {
    if (mel->reflects) {
        if (at < 0) at = -at;
        if (at >= mel->samples) at = 2 * mel->samples - 2 - at;
    }
    return at < 0 || at >= mel->samples ? -1 : at;
}

/* Where the sample before it lies, or -1. */
RUNE_FUNCTION int32_t rune_mel_place_before(const struct rune_mel *mel, int32_t place) {
    return place == 0 && mel->is_turned ? mel->samples - 1 : place - 1;
}

/* A number that grows with the sample's distance from 0. */
RUNE_FUNCTION uint32_t rune_mel_distance(struct rune_mel_sound sound, int32_t place) {
    if (place < 0) return 0;
    if (!sound.whole) return rune_f32_bits(sound.real[place]) & 0x7FFFFFFFu;
    const int32_t sample = sound.whole[place];
    return (uint32_t)(sample < 0 ? -sample : sample);
}

/* The least exponent of a power of two that is above all samples of that distance. */
RUNE_FUNCTION int32_t rune_mel_exponent(struct rune_mel_sound sound, uint32_t distance) {
    if (sound.whole) return rune_bit_length(distance);
    return distance >> 23 ? (int32_t)(distance >> 23) - 126 : rune_bit_length(distance) - 149;
}

/* The sample times 2^exponent, towards zero; it fits. */
RUNE_FUNCTION int32_t rune_mel_sample(struct rune_mel_sound sound, int32_t place, int32_t exponent) {
    if (place < 0) return 0;
    if (sound.whole) return sound.whole[place] * ((int32_t)1 << exponent);
    const uint32_t bits = rune_f32_bits(sound.real[place]);
    const int32_t field = (int32_t)(bits >> 23 & 255u), shift = (field ? field : 1) - 150 + exponent;
    const int32_t significand = (int32_t)((bits & 0x7FFFFFu) | (field ? 0x800000u : 0u));
    const int32_t size = shift >= 0 ? significand << shift : shift > -24 ? significand >> -shift : 0;
    return bits >> 31 ? -size : size;
}

/* Places the samples of a frame for the transform, each below 2^28. Gives their exponent, or INT32_MIN where one is no
 * finite number. */
RUNE_FUNCTION int32_t rune_mel_samples(struct rune_mel_sound sound, struct rune_mel_tables tables, int32_t frame,
                                       struct rune_whole_complex *points) {
    const struct rune_mel *mel = tables.mel;
    const int32_t start = mel->start + frame * mel->step;
    uint32_t most = 0;
    for (int32_t k = 0; k < mel->size; ++k) {
        if (tables.window[k] == 0) continue;
        const int32_t place = rune_mel_place(mel, start + k);
        const uint32_t distance = rune_mel_distance(sound, place);
        if (distance > most) most = distance;
        if (mel->pre_emphasis == 0 || place < 0) continue;
        const uint32_t before = rune_mel_distance(sound, rune_mel_place_before(mel, place));
        if (before > most) most = before;
    }
    if (!sound.whole && most >= 0x7F800000u) return INT32_MIN;
    const int32_t bits = mel->pre_emphasis ? RUNE_SPECTRUM_BITS - 1 : RUNE_SPECTRUM_BITS;
    const int32_t exponent = most == 0 ? 0 : bits - rune_mel_exponent(sound, most);
    for (int32_t k = 0; k < mel->size; ++k) {
        const int32_t weight = tables.window[k], place = weight ? rune_mel_place(mel, start + k) : -1;
        int32_t sample = rune_mel_sample(sound, place, exponent);
        if (mel->pre_emphasis && place >= 0) {
            const int32_t before = rune_mel_sample(sound, rune_mel_place_before(mel, place), exponent);
            sample -= rune_spectrum_rounded((int64_t)mel->pre_emphasis * before);
        }
        sample = rune_spectrum_rounded((int64_t)sample * weight);
        struct rune_whole_complex *point = points + tables.places[k >> 1];
        if (k & 1) point->im = sample;
        else point->re = sample;
    }
    return exponent;
}

/* The energies of the bands of one frame; work: i32[size + size / 2 + 1]. */
RUNE_FUNCTION struct rune_mel_total rune_mel_frame(struct rune_mel_sound sound, struct rune_mel_tables tables, void *work,
                                                   int32_t frame, float *energies) {
    const struct rune_mel *mel = tables.mel;
    struct rune_whole_complex *points = (struct rune_whole_complex *)work;
    float *power = (float *)(void *)(points + mel->size / 2);
    const int32_t exponent = rune_mel_samples(sound, tables, frame, points);
    struct rune_mel_total total = {RUNE_NAN_F32, 1.0};
    if (exponent == INT32_MIN) {
        for (int32_t band = 0; band < mel->bands; ++band) energies[band] = RUNE_NAN_F32;
        return total;
    }
    const int32_t halvings = rune_spectrum_transform(points, tables.turns, mel->size);
    total.energy = rune_spectrum_of_reals(points, tables.turns, power, mel->size);
    if (mel->has_magnitudes)
        for (int32_t row = 0; row <= mel->size / 2; ++row) power[row] = rune_sqrtf(power[row]);
    const float *weight = tables.weights;
    for (int32_t band = 0; band < mel->bands; ++band) {
        float energy = 0.0f;
        const struct rune_mel_span span = tables.spans[band];
        for (int32_t row = span.first; row < span.first + span.count; ++row)
            energy += RUNE_PRODUCT_F32(*weight++, power[row]);
        energies[band] = energy;
    }
    /* The rows are twice those of the samples. */
    const double amplitude =
        RUNE_PRODUCT(sound.scale, rune_f64_from_bits((uint64_t)(1023 + halvings - 1 - exponent) << 52));
    total.factor = mel->has_magnitudes ? amplitude : RUNE_PRODUCT(RUNE_PRODUCT(amplitude, amplitude), mel->power_scale);
    return total;
}

/* The logarithm to base 2 of what is neither below 0 nor subnormal, to 25 fractional bits and then to f32: each
 * squaring of the significand gives one (J. C. Majithia and D. Levan, "A note on base-2 logarithm computations",
 * Proceedings of the IEEE 61 (1973), 1519-1520). */
RUNE_FUNCTION float rune_mel_log2(double value) {
    const uint64_t bits = rune_f64_bits(value);
    if (value == 0.0) return -RUNE_INFINITY_F32;
    if (bits >= 0x7FF0000000000000u) return (float)value;
    uint32_t significand = (uint32_t)(bits >> 21) | 0x80000000u;
    int32_t fraction = 0;
    for (int32_t digit = 0; digit < 25; ++digit) {
        const uint64_t square = (uint64_t)significand * significand >> 31;
        const int32_t is_over = (int32_t)(square >> 32);
        significand = (uint32_t)(square >> is_over);
        fraction = fraction * 2 + is_over;
    }
    return (float)((int64_t)((int32_t)(bits >> 52) - 1023) * (1 << 25) + fraction) * 0x1p-25f;
}

/* Decibels, of the minimum for values below it; or a natural logarithm, for which the minimum is added or replaces
 * 0, or all below it. */
RUNE_FUNCTION float rune_mel_log(const struct rune_mel *mel, double energy) {
    if (mel->adds_least) energy += mel->least;
    else if (mel->decibels || mel->replaces_small ? energy < mel->least : energy == 0.0) energy = mel->least;
    return RUNE_PRODUCT_F32(rune_mel_log2(energy), mel->decibels ? 0x1.815182p+1f : 0x1.62e43p-1f);
}

/* Mel bands without a logarithm: out f32[frames * bands]; work: i32[size + size / 2 + 1]. */
RUNE_FUNCTION void rune_mel_energies(struct rune_mel_sound sound, struct rune_mel_tables tables, float *out, void *work) {
    sound.scale = rune_mel_scale(sound, tables.mel);
    for (int32_t frame = 0; frame < tables.mel->frames; ++frame) {
        const struct rune_mel_total total = rune_mel_frame(sound, tables, work, frame, out);
        for (int32_t band = 0; band < tables.mel->bands; ++band, ++out)
            *out = rune_one_nan_f32((float)RUNE_PRODUCT((double)*out, total.factor));
    }
}

/* Decibels from the noise floor to 12 as 0 to 1, in steps of 1/256. */
RUNE_FUNCTION float rune_mel_above_noise(const struct rune_mel *mel, float decibels) {
    const float share = (decibels - mel->noise_floor) / (12.0f - mel->noise_floor);
    if (!(share > 0.0f)) return 0.0f;
    return share < 1.0f ? (float)(int32_t)(RUNE_PRODUCT_F32(share, 256.0f) + 0.5f) / 256.0f : 1.0f;
}

/* The logarithms of the bands of one frame. Gives that of the frame. */
RUNE_FUNCTION float rune_mel_log_frame(struct rune_mel_sound sound, struct rune_mel_tables tables, void *work,
                                       int32_t frame, float *logs) {
    const struct rune_mel *mel = tables.mel;
    const struct rune_mel_total total = rune_mel_frame(sound, tables, work, frame, logs);
    for (int32_t band = 0; band < mel->bands; ++band)
        logs[band] = rune_mel_log(mel, RUNE_PRODUCT((double)logs[band], total.factor));
    return mel->has_energy ? rune_mel_log(mel, RUNE_PRODUCT((double)total.energy, total.factor)) : 0.0f;
}

/* Logarithms of mel bands, at most `top_db` below the greatest where that is not 0; work: i32[size + size / 2 + 1]. */
RUNE_FUNCTION void rune_mel_logarithms(struct rune_mel_sound sound, struct rune_mel_tables tables, float *out, void *work) {
    const struct rune_mel *mel = tables.mel;
    float most = -RUNE_INFINITY_F32;
    sound.scale = rune_mel_scale(sound, mel);
    for (int32_t frame = 0; frame < mel->frames; ++frame) {
        float *logs = out + frame * mel->bands;
        rune_mel_log_frame(sound, tables, work, frame, logs);
        for (int32_t band = 0; band < mel->bands; ++band) {
            if (logs[band] > most) most = logs[band];
            logs[band] = rune_one_nan_f32(mel->noise_floor != 0.0f ? rune_mel_above_noise(mel, logs[band]) : logs[band]);
        }
    }
    if (mel->top_db == 0.0f) return;
    const float least = most - mel->top_db;
    for (int32_t i = 0; i < mel->frames * mel->bands; ++i)
        if (out[i] < least) out[i] = least;
}

/* The cosine transform of the logarithms of a frame; cosines: f32[coefficients * bands]. */
RUNE_FUNCTION void rune_mel_cosines(const struct rune_mel *mel, const float *logs, const float *cosines, float least,
                                    float energy, float *out) {
    for (int32_t i = 0; i < mel->coefficients; ++i) {
        float sum = 0.0f;
        for (int32_t band = 0; band < mel->bands; ++band)
            sum += RUNE_PRODUCT_F32(logs[band] < least ? least : logs[band], *cosines++);
        out[i] = rune_one_nan_f32(i == 0 && mel->has_energy ? energy : sum);
    }
}

/* Cepstral coefficients where no frame asks for another. work: f32[bands], then i32[size + size / 2 + 1]. */
RUNE_FUNCTION void rune_mel_cepstrum(struct rune_mel_sound sound, struct rune_mel_tables tables, const float *cosines,
                                     float *out, float *work) {
    const struct rune_mel *mel = tables.mel;
    sound.scale = rune_mel_scale(sound, mel);
    for (int32_t frame = 0; frame < mel->frames; ++frame, out += mel->coefficients) {
        const float energy = rune_mel_log_frame(sound, tables, work + mel->bands, frame, work);
        rune_mel_cosines(mel, work, cosines, -RUNE_INFINITY_F32, energy, out);
    }
}

/* The same, of logarithms at most `top_db` below the greatest of all frames. work: f32[frames * bands], then
 * i32[size + size / 2 + 1]. */
RUNE_FUNCTION void rune_mel_limited_cepstrum(struct rune_mel_sound sound, struct rune_mel_tables tables,
                                             const float *cosines, float *out, float *work) {
    const struct rune_mel *mel = tables.mel;
    const int32_t count = mel->frames * mel->bands;
    float most = -RUNE_INFINITY_F32;
    sound.scale = rune_mel_scale(sound, mel);
    for (int32_t frame = 0; frame < mel->frames; ++frame)
        rune_mel_log_frame(sound, tables, work + count, frame, work + frame * mel->bands);
    for (int32_t i = 0; i < count; ++i)
        if (work[i] > most) most = work[i];
    for (int32_t frame = 0; frame < mel->frames; ++frame, out += mel->coefficients)
        rune_mel_cosines(mel, work + frame * mel->bands, cosines, most - mel->top_db, 0.0f, out);
}

/* Where the frame at a place beside the frames lies in their mirror image. */
RUNE_FUNCTION int32_t rune_mel_mirrored(const struct rune_mel *mel, int32_t at) {
    int32_t place = at % (2 * mel->frames);
    if (place < 0) place += 2 * mel->frames;
    return place >= mel->frames ? 2 * mel->frames - 1 - place : place;
}

/* Numbers with 20 fractional bits, what does not fit as the nearest that does. */
RUNE_FUNCTION int32_t rune_mel_whole(float value) {
    const float scaled = RUNE_PRODUCT_F32(value, 0x1p20f);
    if (scaled >= 0x1p31f) return INT32_MAX;
    return scaled <= -0x1p31f ? INT32_MIN : (int32_t)scaled;
}

/* Takes the mean of its window from each coefficient, and divides it by the deviation of these differences in the
 * window. values, differences: i32[frames * coefficients]. In whole numbers, so that what stays as it is differs from its
 * mean by 0. */
RUNE_FUNCTION void rune_mel_normalise(const struct rune_mel *mel, int32_t *values, int32_t *differences, float *out) {
    const int32_t count = mel->frames * mel->coefficients, half = mel->window / 2;
    for (int32_t at = 0; at < count; ++at) {
        if (out[at] != out[at]) { /* in some window of all that follows */
            for (int32_t i = 0; i < count; ++i) out[i] = RUNE_NAN_F32;
            return;
        }
        values[at] = rune_mel_whole(out[at]);
    }
    for (int32_t at = 0; at < count; ++at) {
        const int32_t frame = at / mel->coefficients, i = at % mel->coefficients;
        int64_t sum = 0;
        for (int32_t k = frame - half; k <= frame + half; ++k)
            sum += values[rune_mel_mirrored(mel, k) * mel->coefficients + i];
        const int64_t difference = values[at] - sum / mel->window;
        differences[at] = difference > INT32_MAX ? INT32_MAX : difference < INT32_MIN ? INT32_MIN : (int32_t)difference;
    }
    for (int32_t at = 0; at < count; ++at) {
        const int32_t frame = at / mel->coefficients, i = at % mel->coefficients;
        int64_t sum = 0;
        float squares = 0.0f;
        for (int32_t k = frame - half; k <= frame + half; ++k) {
            const int32_t difference = differences[rune_mel_mirrored(mel, k) * mel->coefficients + i];
            sum += difference;
            squares += RUNE_PRODUCT_F32((float)difference, (float)difference);
        }
        const float mean = (float)sum / (float)mel->window;
        const float variance = squares / (float)mel->window - RUNE_PRODUCT_F32(mean, mean);
        out[at] = (float)differences[at] / (rune_sqrtf(variance > 0.0f ? variance : 0.0f) + 0x1.b7cdfep-14f);
    }
}

/* Cepstral coefficients that are normalised over a window; work: 2 * i32[frames * coefficients] more. */
RUNE_FUNCTION void rune_mel_normalised_cepstrum(struct rune_mel_sound sound, struct rune_mel_tables tables,
                                                const float *cosines, float *out, float *work) {
    const struct rune_mel *mel = tables.mel;
    int32_t *values = (int32_t *)(void *)(work + mel->bands + mel->size + mel->size / 2 + 1);
    rune_mel_cepstrum(sound, tables, cosines, out, work);
    rune_mel_normalise(mel, values, values + mel->frames * mel->coefficients, out);
}

#endif
