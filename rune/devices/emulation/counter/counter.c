/*
 * A plugin of QEMU that counts the instructions of a program: all of them, and those between the entry of some functions
 * and their return, what they call included. It ends a program that runs for longer than its budget and says where.
 *
 * Arguments: out=PATH, budget=NUMBER, and watch=HEX for each function. Written are lines of `WORD NUMBER...` (see
 * counting.py). QEMU executes in blocks; a call always begins a block, and so does what follows a call.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The part of QEMU's plugin interface, version 1, that is used here: Debian ships the programs without its header. */
struct qemu_plugin_tb;
typedef uint64_t qemu_plugin_id_t;
struct qemu_info_t;
int qemu_plugin_version = 1;
int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, void (*call)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, void (*call)(unsigned int, void *), int flags,
                                          void *userdata);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*call)(qemu_plugin_id_t, void *), void *userdata);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

enum { MOST_WATCHED = 1024, DEEPEST = 64, NOBODY = -1 };

struct block {
    uint64_t start, end;
    uint64_t instructions;
    int watched; /* which function begins here */
};

struct frame {
    int function;
    uint64_t returns_to;
};

static uint64_t watched[MOST_WATCHED], counted[MOST_WATCHED], total, budget = UINT64_MAX;
static int watched_count;
static struct frame frames[DEEPEST];
static int depth;
static const struct block *last;
static FILE *out;

static void ends(const char *why, uint64_t address, int status)
{
    fprintf(out, "%s %" PRIu64 "\n", why, address);
    fclose(out);
    _exit(status);
}

/* Each return of the outermost watched function ends a run: its counts are written. */
static void ran(void)
{
    fprintf(out, "run");
    for (int i = 0; i < watched_count; i++) {
        fprintf(out, " %" PRIu64, counted[i]);
        counted[i] = 0;
    }
    fprintf(out, "\n");
}

static void executed(unsigned int cpu, void *data)
{
    const struct block *block = data;
    (void)cpu;
    while (depth > 0 && frames[depth - 1].returns_to == block->start) {
        if (--depth == 0)
            ran();
    }
    if (block->watched != NOBODY && last) {
        if (depth == DEEPEST)
            ends("deep", block->start, 4);
        frames[depth++] = (struct frame){block->watched, last->end};
    }
    if (depth > 0)
        counted[frames[depth - 1].function] += block->instructions;
    total += block->instructions;
    last = block;
    if (total > budget)
        ends("hangs", block->start, 3);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    struct block *block = malloc(sizeof *block); /* kept: QEMU may execute it until the end */
    const size_t count = qemu_plugin_tb_n_insns(tb);
    const struct qemu_plugin_insn *end = qemu_plugin_tb_get_insn(tb, count - 1);
    (void)id;
    block->start = qemu_plugin_tb_vaddr(tb);
    block->end = qemu_plugin_insn_vaddr(end) + qemu_plugin_insn_size(end);
    block->instructions = count;
    block->watched = NOBODY;
    for (int i = 0; i < watched_count; i++)
        if (watched[i] == block->start)
            block->watched = i;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, 0, block);
}

static void ended(qemu_plugin_id_t id, void *data)
{
    (void)id;
    (void)data;
    fprintf(out, "total %" PRIu64 "\n", total);
    fclose(out);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "out=", 4) == 0)
            out = fopen(argv[i] + 4, "w");
        else if (strncmp(argv[i], "budget=", 7) == 0)
            budget = strtoull(argv[i] + 7, NULL, 10);
        else if (strncmp(argv[i], "watch=", 6) == 0 && watched_count < MOST_WATCHED)
            watched[watched_count++] = strtoull(argv[i] + 6, NULL, 16);
        else
            return 1;
    }
    if (!out)
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}
