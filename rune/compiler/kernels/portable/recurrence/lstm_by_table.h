/* UNIDIRECTIONAL_SEQUENCE_LSTM, int8, as TFLite Micro puts it together: sums and products saturate one by one, and gates
 * come from a table. Gates in this order: input, forget, candidate, output. */
#ifndef RUNE_LSTM_BY_TABLE_H
#define RUNE_LSTM_BY_TABLE_H

#include "functions_int16.h"
#include "lstm_int8.h"
#include "sigmoid_table.h"

/* A product of numbers of 16 bits times 2^(exponent - 1). */
RUNE_FUNCTION int32_t rune_lstm_product(int32_t left, int32_t right, int32_t exponent)
{
    return rune_saturate_int16(rune_rescale_twice_one(left * right, 1 << 30, exponent));
}

/* `gates` has room for all units of the four gates. A cell times `cell_multiplier`, shifted to the right by `cell_shift`,
 * is a place of the table. */
RUNE_KERNEL void rune_lstm_int8_by_table(const int8_t *inputs, int8_t *outputs, int8_t *hidden, int16_t *cells,
                                         int16_t *gates, const int8_t *weights, const int8_t *recurrent,
                                         const uint16_t *table, const struct rune_lstm_int8 *lstm,
                                         int32_t cell_multiplier, int32_t cell_shift)
{
    const int32_t units = lstm->units;
    for (int32_t batch = 0; batch < lstm->batches; batch++, hidden += units, cells += units)
        for (int32_t step = 0; step < lstm->steps; step++) {
            const int32_t row = batch * lstm->batch_rows + step * lstm->step_rows;
            const int8_t *input = inputs + row * lstm->inputs;
            int8_t *output = outputs + row * units;
            for (int32_t gate = 0; gate < 4; gate++)
                for (int32_t unit = 0; unit < units; unit++) {
                    const int32_t sum = rune_saturate_int16(
                        rune_saturate_int16(rune_lstm_input_int8(input, weights, lstm, gate, unit)) +
                        rune_saturate_int16(rune_lstm_hidden_int8(hidden, recurrent, lstm, gate, unit)));
                    gates[gate * units + unit] =
                        gate == 2 ? rune_tanh_by_table(table, 3 * sum) : rune_logistic_by_table(table, 3 * sum);
                }
            for (int32_t unit = 0; unit < units; unit++) {
                const int32_t sum = rune_saturate_int16(
                    rune_lstm_product(gates[units + unit], cells[unit], -14) +
                    rune_lstm_product(gates[unit], gates[2 * units + unit], lstm->cell_bits - 29));
                const int32_t cell = sum < lstm->cell_minimum ? lstm->cell_minimum
                                     : sum > lstm->cell_maximum ? lstm->cell_maximum
                                                                : sum;
                const int32_t place = rune_sigmoid_place(cell, cell_multiplier, cell_shift);
                const int32_t product = gates[3 * units + unit] * rune_tanh_by_table(table, place);
                cells[unit] = (int16_t)cell;
                hidden[unit] =
                    rune_byte_from(rune_rescale_twice_one(product, lstm->output_mantissa, lstm->output_exponent),
                                   lstm->output_zero_point, INT8_MIN, INT8_MAX);
                output[unit] = hidden[unit];
            }
        }
}

#endif
