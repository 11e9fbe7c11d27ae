/* The functions of resource.h. */
#include "host.h"
#include "resource.h"

static _Noreturn void fail(const char *name, const char *what)
{
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "The resource ");
    rune_message_text(&message, name);
    rune_message_text(&message, what);
    rune_fail(&message);
}

static _Noreturn void fail_of_length(const char *name, uint32_t capacity)
{
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "The resource ");
    rune_message_text(&message, name);
    rune_message_text(&message, " has more than ");
    rune_message_number(&message, capacity);
    rune_message_text(&message, " bytes, for which the rune was built");
    rune_fail(&message);
}

struct rune_text rune_resource(const char *name, char *buffer, uint32_t capacity, struct rune_text otherwise)
{
    uint32_t length = 0;
    while (name[length])
        length++;
    int32_t resource = host_resource_open(name, length);
    if (resource < 0) {
        if (!otherwise.bytes)
            fail(name, " is not given by the host, and has no default");
        return otherwise;
    }
    /* One byte more is read, to detect a resource that is too large. */
    uint32_t size = 0;
    for (;;) {
        uint32_t room = capacity + 1 - size;
        int32_t count = host_resource_read(resource, buffer + size, room);
        if (count == 0)
            return (struct rune_text){buffer, size};
        if (count < 0 || (uint32_t)count > room)
            fail(name, " could not be read");
        size += (uint32_t)count;
        if (size > capacity)
            fail_of_length(name, capacity);
    }
}
