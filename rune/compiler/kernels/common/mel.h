/* Frames of a sound, their power spectra and the energies of mel bands, in f64. Tables and sizes come from the build. */
#ifndef RUNE_MEL_H
#define RUNE_MEL_H

#include <stdint.h>

#include "language.h"
#include "rune_math.h"
#include "spectrum.h"

struct rune_mel_span {
    int32_t first, count;
};

/* Doubles first, so that every compiler lays it out alike. */
struct rune_mel {
    double sample_scale, pre_emphasis, power_scale, least, top_db, noise_floor;
    int32_t samples, step, start, size, frames, bands, reflects, decibels, coefficients, has_energy;
    int32_t has_magnitudes, adds_least, is_of_peak, replaces_small, is_turned, window;
};

struct rune_mel_tables {
    const struct rune_mel *mel;
    const double *window, *turns;
    const struct rune_mel_span *spans;
    const double *weights;
};

/* A sound of either type; `scale` is found before the first frame. */
struct rune_mel_sound {
    const int16_t *whole;
    const float *real;
    double scale;
};

RUNE_FUNCTION double rune_mel_raw(struct rune_mel_sound sound, int32_t at) {
    return sound.whole ? (double)sound.whole[at] : (double)sound.real[at];
}

/* The factor for all samples: the plan's, or the reciprocal of the greatest sample if that is above 0. */
RUNE_FUNCTION double rune_mel_scale(struct rune_mel_sound sound, const struct rune_mel *mel) {
    if (!mel->is_of_peak) return mel->sample_scale;
    double most = 0.0;
    for (int32_t at = 0; at < mel->samples; ++at) {
        const double sample = rune_mel_raw(sound, at);
        if (sample > most) most = sample;
    }
    return most > 0.0 ? 1.0 / most : 1.0;
}

/* One sample, also beside the sound: its mirror image, or silence. */
RUNE_FUNCTION double rune_mel_sample(struct rune_mel_sound sound, const struct rune_mel *mel, int32_t at) {
    if (mel->reflects) {
        if (at < 0) at = -at;
        if (at >= mel->samples) at = 2 * mel->samples - 2 - at;
    }
    if (at < 0 || at >= mel->samples) return 0.0;
    double sample = RUNE_PRODUCT(rune_mel_raw(sound, at), sound.scale);
    if (mel->pre_emphasis == 0.0 || (at == 0 && !mel->is_turned)) return sample;
    const double before = rune_mel_raw(sound, at == 0 ? mel->samples - 1 : at - 1);
    return sample - RUNE_PRODUCT(mel->pre_emphasis, RUNE_PRODUCT(before, sound.scale));
}

/* The energies of the bands of one frame; work: f64[size + size / 2 + 1]. Gives the energy of the frame. */
RUNE_FUNCTION double rune_mel_frame(struct rune_mel_sound sound, struct rune_mel_tables tables, double *work,
                                    int32_t frame, double *energies) {
    const struct rune_mel *mel = tables.mel;
    double *power = work + mel->size, total = 0.0;
    const int32_t is_power_of_two = (mel->size & (mel->size - 1)) == 0;
    for (int32_t k = 0; k < mel->size; ++k) {
        const double weight = tables.window[k];
        const double sample = weight == 0.0 ? 0.0 : rune_mel_sample(sound, mel, mel->start + frame * mel->step + k);
        work[is_power_of_two ? rune_spectrum_place(k, mel->size) : k] = RUNE_PRODUCT(sample, weight);
    }
    if (is_power_of_two) rune_spectrum_power(work, tables.turns, power, mel->size);
    else rune_spectrum_power_by_rows(work, tables.turns, power, mel->size);
    for (int32_t row = 0; row <= mel->size / 2; ++row) {
        power[row] = mel->has_magnitudes ? rune_sqrt(power[row]) : RUNE_PRODUCT(power[row], mel->power_scale);
        total += power[row];
    }
    const double *weight = tables.weights;
    for (int32_t band = 0; band < mel->bands; ++band) {
        double energy = 0.0;
        const struct rune_mel_span span = tables.spans[band];
        for (int32_t row = span.first; row < span.first + span.count; ++row) energy += RUNE_PRODUCT(*weight++, power[row]);
        energies[band] = energy;
    }
    return total;
}

/* Decibels, of the minimum for values below it; or a natural logarithm, for which the minimum is added or replaces
 * 0, or all below it. */
RUNE_FUNCTION double rune_mel_log(const struct rune_mel *mel, double energy) {
    if (mel->adds_least) energy += mel->least;
    else if (mel->decibels || mel->replaces_small ? energy < mel->least : energy == 0.0) energy = mel->least;
    return RUNE_PRODUCT(rune_log2(energy), mel->decibels ? 0x1.8151824c7587ep+1 : 0x1.62e42fefa39efp-1);
}

/* Mel bands without a logarithm: out f32[frames * bands]; work: f64[bands + size + size / 2 + 1]. */
RUNE_FUNCTION void rune_mel_energies(struct rune_mel_sound sound, struct rune_mel_tables tables, float *out,
                                     double *work) {
    sound.scale = rune_mel_scale(sound, tables.mel);
    const int32_t bands = tables.mel->bands;
    for (int32_t frame = 0; frame < tables.mel->frames; ++frame, out += bands) {
        rune_mel_frame(sound, tables, work + bands, frame, work);
        for (int32_t band = 0; band < bands; ++band) out[band] = rune_one_nan_f32((float)work[band]);
    }
}

/* Decibels from the noise floor to 12 as 0 to 1, in steps of 1/256. */
RUNE_FUNCTION double rune_mel_above_noise(const struct rune_mel *mel, double decibels) {
    const double share = (decibels - mel->noise_floor) / (12.0 - mel->noise_floor);
    if (!(share > 0.0)) return 0.0;
    return share < 1.0 ? (double)(int32_t)(share * 256.0 + 0.5) / 256.0 : 1.0;
}

/* Logarithms of mel bands, at most `top_db` below the greatest where that is not 0. */
RUNE_FUNCTION void rune_mel_logarithms(struct rune_mel_sound sound, struct rune_mel_tables tables, float *out,
                                       double *work) {
    const struct rune_mel *mel = tables.mel;
    const int32_t bands = mel->bands;
    double most = -RUNE_INFINITY;
    sound.scale = rune_mel_scale(sound, mel);
    for (int32_t frame = 0; frame < mel->frames; ++frame) {
        rune_mel_frame(sound, tables, work + bands, frame, work);
        for (int32_t band = 0; band < bands; ++band) {
            double value = rune_mel_log(mel, work[band]);
            if (value > most) most = value;
            if (mel->noise_floor != 0.0) value = rune_mel_above_noise(mel, value);
            out[frame * bands + band] = rune_one_nan_f32((float)value);
        }
    }
    if (mel->top_db == 0.0) return;
    const float least = (float)(most - mel->top_db);
    for (int32_t i = 0; i < mel->frames * bands; ++i)
        if (out[i] < least) out[i] = least;
}

/* The mean of the coefficient at a place over a window of frames; beside the first and the last frame stand those of
 * their mirror image. */
RUNE_FUNCTION double rune_mel_window_mean(const struct rune_mel *mel, const double *values, int32_t frame, int32_t i) {
    double sum = 0.0;
    for (int32_t at = frame - mel->window / 2; at <= frame + mel->window / 2; ++at) {
        int32_t place = at % (2 * mel->frames);
        if (place < 0) place += 2 * mel->frames;
        if (place >= mel->frames) place = 2 * mel->frames - 1 - place;
        sum += values[place * mel->coefficients + i];
    }
    return sum / (double)mel->window;
}

/* Takes the mean of its window from each coefficient, and divides it by the deviation of these differences in the
 * window. values, differences: f64[frames * coefficients]. */
RUNE_FUNCTION void rune_mel_normalise(const struct rune_mel *mel, double *values, double *differences, float *out) {
    const int32_t count = mel->frames * mel->coefficients;
    for (int32_t at = 0; at < count; ++at)
        differences[at] = values[at] - rune_mel_window_mean(mel, values, at / mel->coefficients, at % mel->coefficients);
    for (int32_t at = 0; at < count; ++at) values[at] = RUNE_PRODUCT(differences[at], differences[at]);
    for (int32_t at = 0; at < count; ++at) {
        const int32_t frame = at / mel->coefficients, i = at % mel->coefficients;
        const double mean = rune_mel_window_mean(mel, differences, frame, i);
        const double variance = rune_mel_window_mean(mel, values, frame, i) - RUNE_PRODUCT(mean, mean);
        out[at] = rune_one_nan_f32((float)(differences[at] / (rune_sqrt(variance > 0.0 ? variance : 0.0) + 1e-10)));
    }
}

/* Cepstral coefficients: the cosine transform of the logarithms; cosines: f64[coefficients * bands].
 * work: f64[frames * (bands + 1) + size + size / 2 + 1]. values: f64[frames * coefficients], the coefficients before
 * they are rounded; or 0, which leaves this out of a rune that does not need them. */
RUNE_FUNCTION void rune_mel_cepstrum(struct rune_mel_sound sound, struct rune_mel_tables tables, const double *cosines,
                                     float *out, double *work, double *values) {
    const struct rune_mel *mel = tables.mel;
    const int32_t row = mel->bands + 1; /* the last is the energy of the frame */
    double *spectrum = work + mel->frames * row, most = -RUNE_INFINITY;
    sound.scale = rune_mel_scale(sound, mel);
    for (int32_t frame = 0; frame < mel->frames; ++frame) {
        double *logs = work + frame * row;
        logs[mel->bands] = rune_mel_log(mel, rune_mel_frame(sound, tables, spectrum, frame, logs));
        for (int32_t band = 0; band < mel->bands; ++band) {
            logs[band] = rune_mel_log(mel, logs[band]);
            if (logs[band] > most) most = logs[band];
        }
    }
    const double least = mel->top_db == 0.0 ? -RUNE_INFINITY : most - mel->top_db;
    for (int32_t frame = 0; frame < mel->frames; ++frame) {
        const double *logs = work + frame * row, *cosine = cosines;
        for (int32_t i = 0; i < mel->coefficients; ++i, ++out) {
            double sum = 0.0;
            for (int32_t band = 0; band < mel->bands; ++band)
                sum += RUNE_PRODUCT(logs[band] < least ? least : logs[band], *cosine++);
            if (i == 0 && mel->has_energy) sum = logs[mel->bands];
            *out = rune_one_nan_f32((float)sum);
            if (values) values[frame * mel->coefficients + i] = sum;
        }
    }
}

/* Cepstral coefficients that are normalised over a window; work: f64[2 * frames * coefficients] more. */
RUNE_FUNCTION void rune_mel_normalised_cepstrum(struct rune_mel_sound sound, struct rune_mel_tables tables,
                                                const double *cosines, float *out, double *work) {
    const struct rune_mel *mel = tables.mel;
    double *values = work + mel->frames * (mel->bands + 1) + mel->size + mel->size / 2 + 1;
    rune_mel_cepstrum(sound, tables, cosines, out, work, values);
    rune_mel_normalise(mel, values, values + mel->frames * mel->coefficients, out);
}

#endif
