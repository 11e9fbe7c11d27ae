/* The serial protocol: docs/reference/serial.md. A request is read, and answered before the next one is read. */
#include "firmware.h"

enum { VERSION = 1, HEADER = 8 };
enum { HELLO = 1, RUN = 2, RESET = 3, SELFTEST = 4, ANSWERS = 0x80, ERROR = 0xFF };
enum {
    WRONG_CHECKSUM = 1,
    WRONG_LENGTH = 2,
    WRONG_VERSION = 3,
    UNKNOWN_REQUEST = 4,
    INCOMPLETE = 5,
    RUNE_FAILED = 6,
    FAULTED = 7,
    STACK_OVERFLOW = 8
};

struct request {
    uint32_t kind, id, size;
};
struct error {
    uint32_t code, detail, step;
};

static uint32_t sum;            /* of what is sent or received */
static struct error stopped;    /* why the rune runs no more; its code is 0 while it does */

/* CRC-32 of IEEE 802.3, four bits at a time. */
static void add_to_sum(uint8_t byte)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
        0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    };
    sum ^= byte;
    sum = sum >> 4 ^ table[sum & 15];
    sum = sum >> 4 ^ table[sum & 15];
}

static void send_byte(uint8_t byte)
{
    add_to_sum(byte);
    send(byte);
}

static void send_bytes(const void *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        send_byte(((const uint8_t *)bytes)[i]);
}

static void send_word(uint32_t word)
{
    for (int i = 0; i < 4; i++, word >>= 8)
        send_byte((uint8_t)word);
}

static void begin_answer(uint32_t kind, uint32_t id, uint32_t size)
{
    send('R');
    send('U');
    sum = 0xFFFFFFFF;
    send_byte(VERSION);
    send_byte((uint8_t)kind);
    send_byte((uint8_t)id);
    send_byte((uint8_t)(id >> 8));
    send_word(size);
}

static void end_answer(void)
{
    uint32_t word = ~sum;
    for (int i = 0; i < 4; i++, word >>= 8)
        send((uint8_t)word);
}

static uint32_t length_of(const char *text)
{
    uint32_t size = 0;
    while (text[size])
        size++;
    return size;
}

static void answer_error(uint32_t id, struct error error, const char *text)
{
    const uint32_t size = length_of(text);
    begin_answer(ERROR, id, 12 + size);
    send_word(error.code);
    send_word(error.detail);
    send_word(error.step);
    send_bytes(text, size);
    end_answer();
}

static void answer_plain_error(uint32_t id, uint32_t code, uint32_t detail)
{
    const struct error error = {code, detail, BUSY};
    answer_error(id, error, "");
}

static void wait_for_quiet(void)
{
    while (receive() != NO_BYTE) {
    }
}

static uint32_t input_size(void)
{
    uint32_t size = 0;
    for (uint32_t i = 0; i < program_input_count; i++)
        size += program_inputs[i].size;
    return size;
}

/* Whether this run sends the output: a window that is not full yet sends nothing. */
static int is_sent(const struct piece *piece)
{
    return !piece->is_new || *piece->is_new;
}

/* Its bytes in this run; of texts, how many. */
static uint32_t size_now(const struct piece *piece)
{
    uint32_t size = piece->size;
    for (uint32_t i = 0; i < piece->rank; i++)
        size *= (uint32_t)piece->sizes[i];
    return size;
}

static void send_piece(const struct piece *piece)
{
    const struct text *texts = piece->bytes;
    const uint32_t size = size_now(piece);
    if (piece->is_new)
        send_word((uint32_t)is_sent(piece));
    if (!is_sent(piece))
        return;
    for (uint32_t i = 0; i < piece->rank; i++)
        send_word((uint32_t)piece->sizes[i]);
    if (!piece->texts)
        send_bytes(piece->bytes, size);
    else
        for (uint32_t i = 0; i < size; i++) {
            send_word(texts[i].size);
            send_bytes(texts[i].bytes, texts[i].size);
        }
}

static uint32_t sent_size(const struct piece *piece)
{
    const struct text *texts = piece->bytes;
    const uint32_t count = size_now(piece);
    uint32_t size = piece->is_new ? 4 : 0;
    if (!is_sent(piece))
        return size;
    size += 4 * piece->rank;
    if (!piece->texts)
        return size + count;
    for (uint32_t i = 0; i < count; i++)
        size += 4 + texts[i].size;
    return size;
}

static void answer_run(uint32_t id)
{
    uint32_t size = 12 + 4 * program_step_count;
    for (uint32_t i = 0; i < program_step_count; i++)
        program_step_cycles[i] = 0;
    const struct moment begin = now();
    const int status = program_run();
    const uint32_t last_step = program_step;
    end_steps();
    const uint64_t cycles = cycles_between(begin, now());
    if (!stack_is_whole()) {
        stopped = (struct error){STACK_OVERFLOW, stack_used(), last_step};
        answer_error(id, stopped, "");
        return;
    }
    if (status) {
        const struct error error = {RUNE_FAILED, (uint32_t)status, last_step};
        answer_error(id, error, program_message());
        program_init();
        return;
    }
    for (uint32_t i = 0; i < program_output_count; i++)
        size += sent_size(&program_outputs[i]);
    begin_answer(ANSWERS | RUN, id, size);
    send_word((uint32_t)cycles);
    send_word((uint32_t)(cycles >> 32));
    send_word(stack_used());
    for (uint32_t i = 0; i < program_step_count; i++)
        send_word(program_step_cycles[i]);
    for (uint32_t i = 0; i < program_output_count; i++)
        send_piece(&program_outputs[i]);
    end_answer();
}

static void answer(const struct request *request)
{
    switch (request->kind) {
    case HELLO:
        begin_answer(ANSWERS | HELLO, request->id, program_description_size);
        send_bytes(program_description, program_description_size);
        end_answer();
        return;
    case RUN:
        answer_run(request->id);
        return;
    case RESET:
        program_init();
        begin_answer(ANSWERS | RESET, request->id, 0);
        end_answer();
        return;
    default:
        begin_answer(ANSWERS | SELFTEST, request->id, 4);
        send_word((uint32_t)program_selftest());
        end_answer();
    }
}

/* The next byte of a frame, which is added to the sum; NO_BYTE where the line went quiet in the middle. */
static int next_byte(void)
{
    const int byte = receive();
    if (byte != NO_BYTE)
        add_to_sum((uint8_t)byte);
    return byte;
}

/* Reads the header after the two letters; returns whether it is complete. */
static int read_header(uint8_t *header)
{
    sum = 0xFFFFFFFF;
    for (int i = 0; i < HEADER; i++) {
        const int byte = next_byte();
        if (byte == NO_BYTE)
            return 0;
        header[i] = (uint8_t)byte;
    }
    return 1;
}

static int read_inputs(void)
{
    for (uint32_t i = 0; i < program_input_count; i++)
        for (uint32_t at = 0; at < program_inputs[i].size; at++) {
            const int byte = next_byte();
            if (byte == NO_BYTE)
                return 0;
            ((uint8_t *)program_inputs[i].bytes)[at] = (uint8_t)byte;
        }
    return 1;
}

/* 1 where the sum is that of what came, 0 where it is another, NO_BYTE where it did not come. */
static int read_sum(void)
{
    uint32_t word = 0;
    for (int i = 0; i < 4; i++) {
        const int byte = receive();
        if (byte == NO_BYTE)
            return NO_BYTE;
        word |= (uint32_t)byte << 8 * i;
    }
    return word == ~sum;
}

static void serve_request(void)
{
    uint8_t header[HEADER];
    struct request request = {0, 0, 0};
    if (!read_header(header)) {
        answer_plain_error(0, INCOMPLETE, 0);
        return;
    }
    request.kind = header[1];
    request.id = (uint32_t)header[2] | (uint32_t)header[3] << 8;
    request.size = (uint32_t)header[4] | (uint32_t)header[5] << 8 | (uint32_t)header[6] << 16 | (uint32_t)header[7] << 24;
    const uint32_t wanted = request.kind == RUN ? input_size() : 0;
    if (header[0] != VERSION) {
        wait_for_quiet();
        answer_plain_error(request.id, WRONG_VERSION, VERSION);
        return;
    }
    if (request.kind < HELLO || request.kind > SELFTEST) {
        wait_for_quiet();
        answer_plain_error(request.id, UNKNOWN_REQUEST, request.kind);
        return;
    }
    if (request.size != wanted) {
        wait_for_quiet();
        answer_plain_error(request.id, WRONG_LENGTH, wanted);
        return;
    }
    if (request.kind == RUN && stopped.code == 0 && !read_inputs()) {
        answer_plain_error(request.id, INCOMPLETE, 0);
        return;
    }
    if (stopped.code != 0 && request.kind != HELLO) {
        wait_for_quiet();
        answer_error(request.id, stopped, "");
        return;
    }
    switch (read_sum()) {
    case 1:
        answer(&request);
        return;
    case 0:
        wait_for_quiet();
        answer_plain_error(request.id, WRONG_CHECKSUM, 0);
        return;
    default:
        answer_plain_error(request.id, INCOMPLETE, 0);
    }
}

/* For ever: a request begins with two letters, and what comes before them is noise. */
__attribute__((noreturn)) static void answer_requests(void)
{
    for (int last = NO_BYTE;;) {
        program_step = WAITS;
        const int byte = receive();
        const int begins = last == 'R' && byte == 'U';
        program_step = BUSY;
        if (begins)
            serve_request();
        last = begins ? NO_BYTE : byte;
    }
}

void serve(void)
{
    const int status = program_init();
    if (status)
        stopped = (struct error){RUNE_FAILED, (uint32_t)status, BUSY};
    answer_requests();
}

void answer_fault(uint32_t address)
{
    stopped = (struct error){FAULTED, address, program_step};
    answer_error(0, stopped, "");
    answer_requests();
}
