/* Failure of a proc-block: the first message is stored, and the run ends after the block. */
static char rune_failure_text[sizeof(((struct rune_message *)0)->bytes) + 1];
static int rune_has_failed;

RUNE_FUNCTION void rune_append_byte(struct rune_message *message, char byte)
{
    if (message->size < sizeof message->bytes)
        message->bytes[message->size++] = byte;
}

RUNE_FUNCTION void rune_message_text(struct rune_message *message, const char *text)
{
    while (*text)
        rune_append_byte(message, *text++);
}

RUNE_FUNCTION void rune_message_number(struct rune_message *message, int64_t number)
{
    char digits[20];
    uint32_t count = 0;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    if (number < 0)
        rune_append_byte(message, '-');
    do
        digits[count++] = (char)('0' + (char)(rest % 10));
    while (rest /= 10);
    while (count)
        rune_append_byte(message, digits[--count]);
}

RUNE_FUNCTION void rune_fail(const struct rune_message *message)
{
    uint32_t i;
    if (rune_has_failed)
        return;
    rune_has_failed = 1;
    for (i = 0; i < message->size; i++)
        rune_failure_text[i] = message->bytes[i];
    rune_failure_text[i] = '\0';
}
