/* UNIDIRECTIONAL_SEQUENCE_LSTM, int8 and float32. Gates in this order: input, forget, candidate, output. */
#ifndef RUNE_UNIDIRECTIONAL_SEQUENCE_LSTM_H
#define RUNE_UNIDIRECTIONAL_SEQUENCE_LSTM_H

#include "functions_int16.h"
#include "lstm_int8.h"
#include "rune_math.h"

/* From one step, and from one batch, to the next: so many rows of the input and of the output. */
struct rune_lstm {
    int32_t steps, batches, inputs, units, step_rows, batch_rows;
};

/* One unit's gate: each of the two sums is rounded to units of 2^-12; the first, and both together, saturate. */
RUNE_FUNCTION int32_t rune_lstm_gate_int8(const int8_t *input, const int8_t *hidden, const int8_t *weights,
                                          const int8_t *recurrent, const struct rune_lstm_int8 *lstm, int32_t gate,
                                          int32_t unit)
{
    const int32_t first = rune_saturate_int16(rune_lstm_input_int8(input, weights, lstm, gate, unit));
    const int64_t value = (int64_t)first + rune_lstm_hidden_int8(hidden, recurrent, lstm, gate, unit);
    return value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : (int32_t)value;
}

/* `gates` has room for all units of the four gates. */
RUNE_KERNEL void rune_lstm_int8(const int8_t *inputs, int8_t *outputs, int8_t *hidden, int16_t *cells, int16_t *gates,
                                const int8_t *weights, const int8_t *recurrent, const struct rune_lstm_int8 *lstm)
{
    const int32_t units = lstm->units;
    for (int32_t batch = 0; batch < lstm->batches; batch++, hidden += units, cells += units)
        for (int32_t step = 0; step < lstm->steps; step++) {
            const int32_t row = batch * lstm->batch_rows + step * lstm->step_rows;
            const int8_t *input = inputs + row * lstm->inputs;
            int8_t *output = outputs + row * units;
            for (int32_t gate = 0; gate < 4; gate++)
                for (int32_t unit = 0; unit < units; unit++) {
                    const int32_t sum = rune_lstm_gate_int8(input, hidden, weights, recurrent, lstm, gate, unit);
                    gates[gate * units + unit] =
                        (int16_t)(gate == 2 ? rune_tanh_int16(sum, 3) : rune_logistic_int16(sum));
                }
            for (int32_t unit = 0; unit < units; unit++) {
                const int32_t kept = rune_rounded_shift(gates[units + unit] * cells[unit], 15);
                const int32_t made = rune_rounded_shift(gates[unit] * gates[2 * units + unit], 30 - lstm->cell_bits);
                const int32_t sum = kept + made;
                const int32_t cell = sum < lstm->cell_minimum ? lstm->cell_minimum
                                     : sum > lstm->cell_maximum ? lstm->cell_maximum
                                                                : sum;
                const int32_t product = gates[3 * units + unit] * rune_tanh_int16(cell, 15 - lstm->cell_bits);
                cells[unit] = (int16_t)cell;
                hidden[unit] = rune_byte_from(
                    rune_rescale_twice_one(product, lstm->output_mantissa, lstm->output_exponent),
                    lstm->output_zero_point, INT8_MIN, INT8_MAX);
                output[unit] = hidden[unit];
            }
        }
}

RUNE_FUNCTION double rune_lstm_logistic(double x) { return 1.0 / (1.0 + rune_exp(-x)); }

RUNE_FUNCTION double rune_lstm_tanh(double x) { return 1.0 - 2.0 / (rune_exp(2.0 * x) + 1.0); }

RUNE_KERNEL void rune_lstm_float32(const float *inputs, float *outputs, float *hidden, float *cells, float *gates,
                                   const float *weights, const float *recurrent, const float *bias,
                                   const struct rune_lstm *lstm, float cell_clip)
{
    const int32_t units = lstm->units;
    for (int32_t batch = 0; batch < lstm->batches; batch++, hidden += units, cells += units)
        for (int32_t step = 0; step < lstm->steps; step++) {
            const int32_t row = batch * lstm->batch_rows + step * lstm->step_rows;
            const float *input = inputs + row * lstm->inputs;
            float *output = outputs + row * units;
            for (int32_t i = 0; i < 4 * units; i++) {
                float sum = bias[i];
                for (int32_t k = 0; k < lstm->inputs; k++)
                    sum += RUNE_PRODUCT_F32(input[k], weights[i * lstm->inputs + k]);
                for (int32_t k = 0; k < units; k++)
                    sum += RUNE_PRODUCT_F32(hidden[k], recurrent[i * units + k]);
                gates[i] = sum;
            }
            for (int32_t unit = 0; unit < units; unit++) {
                const double kept = RUNE_PRODUCT(rune_lstm_logistic((double)gates[units + unit]), (double)cells[unit]);
                const double made = RUNE_PRODUCT(rune_lstm_logistic((double)gates[unit]),
                                                 rune_lstm_tanh((double)gates[2 * units + unit]));
                const float cell = (float)(kept + made);
                cells[unit] = cell < -cell_clip ? -cell_clip : cell > cell_clip ? cell_clip : cell;
                hidden[unit] = (float)(rune_lstm_logistic((double)gates[3 * units + unit]) *
                                       rune_lstm_tanh((double)cells[unit]));
                output[unit] = hidden[unit];
            }
        }
}

#endif
