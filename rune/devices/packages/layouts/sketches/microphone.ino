/* {title}, fed by the microphone of the Nano 33 BLE Sense. */
#include <PDM.h>
#include <{header}>

static int16_t {input}[{upper}_INPUT_{capital}_COUNT];
static volatile size_t heard = 0;
static struct {prefix}_outputs outputs;

/* The microphone has samples: they go behind those that are there. What is too many is left out. */
static void receive() {{
  size_t bytes = PDM.available();
  const size_t room = sizeof {input} - heard * sizeof {input}[0];
  if (bytes > room) {{
    bytes = room;
  }}
  heard += PDM.read((uint8_t *)({input} + heard), bytes) / sizeof {input}[0];
}}

void setup() {{
  Serial.begin(115200);
  if ({prefix}_init() != {upper}_OK) {{
    Serial.println("The processor does not round as the rune needs it.");
  }}
  PDM.onReceive(receive);
  PDM.setBufferSize(1024);
  if (!PDM.begin(1, {hertz})) {{
    Serial.println("There is no microphone.");
  }}
}}

void loop() {{
  if (heard < {upper}_INPUT_{capital}_COUNT) {{
    return;
  }}
  const struct {prefix}_inputs inputs = {{{input}}};
  const int status = {prefix}_run(&inputs, &outputs);
  heard = 0;
  if (status != {upper}_OK) {{
    Serial.println({prefix}_message());
    {prefix}_init();
    return;
  }}
{print_}
}}
