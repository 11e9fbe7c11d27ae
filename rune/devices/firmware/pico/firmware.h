/* The interfaces between the parts of the firmware. */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include <stdint.h>

#define STACK_PAINT 0x5AC35AC3u
/* In the place of a step: the firmware waits for a request, or is busy with something else than a step. */
#define WAITS 0xFFFFFFFFu
#define BUSY 0xFFFFFFFEu
#define NO_BYTE (-1)

/* stack.c */
uint32_t stack_used(void); /* bytes, at its deepest since the start */
int stack_is_whole(void);  /* whether the last word that it may have was left alone */

/* line.c: UART 0 on the pins 0 and 1, 921600 bits a second, 8 data bits, no parity, one stop bit */
void start_line(void);
int receive(void); /* a byte; NO_BYTE where none comes for 20 ms */
void send(uint8_t byte);
uint32_t microseconds(void);

/* cycles.c: of the core, without an interrupt */
struct moment {
    uint32_t microseconds;
    uint32_t ticks;
};
void start_counting(void);
struct moment now(void);
uint64_t cycles_between(struct moment from, struct moment to);

/* serial.c */
__attribute__((noreturn)) void serve(void);
__attribute__((noreturn)) void answer_fault(uint32_t address);

/* program.c, which is written for each rune */
struct piece {
    void *bytes;
    uint32_t size;  /* bytes; of texts, how many there are; where the run decides, of one element */
    uint32_t texts; /* whether it is an array of texts */
    const int32_t *is_new; /* 0 where each run sends it; else what says whether this run does */
    const int32_t *sizes;  /* 0 where it always has all elements; else its sizes in this run */
    uint32_t rank;         /* how many sizes these are */
};
struct text {
    const char *bytes;
    uint32_t size;
};
extern const struct piece program_inputs[], program_outputs[];
extern const uint32_t program_input_count, program_output_count, program_step_count;
extern const char program_description[];
extern const uint32_t program_description_size;
extern uint32_t program_step_cycles[];
int program_init(void);
int program_run(void);
int program_selftest(void);
const char *program_message(void);

/* steps.c */
extern volatile uint32_t program_step; /* the one that runs, or BUSY, or WAITS */
void program_step_begins(uint32_t step);
void end_steps(void);

#endif
