/* UART 0 without interrupts: the host sends a request and waits for the answer. */
#include "firmware.h"
#include "registers.h"

#define QUIET 20000 /* microseconds */
#define RECEIVE_IS_EMPTY (1u << 4)
#define SEND_IS_FULL (1u << 5)

void start_line(void)
{
    REGISTER(PIN_0_CONTROL) = 2;
    REGISTER(PIN_1_CONTROL) = 2;
    REGISTER(UART_WHOLE_DIVISOR) = 8; /* 125 MHz / 16 / (8 + 31/64): 920810 bits a second */
    REGISTER(UART_PART_DIVISOR) = 31;
    REGISTER(UART_LINE) = 3u << 5 | 1u << 4;
    REGISTER(UART_CONTROL) = 1u << 9 | 1u << 8 | 1u << 0;
}

int receive(void)
{
    const uint32_t begin = microseconds();
    while (REGISTER(UART_FLAGS) & RECEIVE_IS_EMPTY)
        if (microseconds() - begin > QUIET)
            return NO_BYTE;
    return (int)(REGISTER(UART_DATA) & 0xFF);
}

void send(uint8_t byte)
{
    while (REGISTER(UART_FLAGS) & SEND_IS_FULL) {
    }
    REGISTER(UART_DATA) = byte;
}
