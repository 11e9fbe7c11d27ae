/* {title}, fed by the {sensor} of the {board}.

   Not run on hardware. It was compiled against declarations of {library}.{wiring} */
#include <{header}>
{code}
static {element} readings[{upper}_INPUT_{capital}_COUNT];
static size_t count = 0;
static struct {prefix}_outputs outputs;

void setup() {{
  Serial.begin(115200);
  if ({prefix}_init() != {upper}_OK) {{
    Serial.println("The processor does not round as the rune needs it.");
  }}
  if (!begin_sensor()) {{
    Serial.println("The {sensor} does not answer.");
  }}
}}

void loop() {{
  count += read_sensor(readings + count, {upper}_INPUT_{capital}_COUNT - count);
  if (count < {upper}_INPUT_{capital}_COUNT) {{
    return;
  }}
  count = 0;
  const struct {prefix}_inputs inputs = {{readings}};
  if ({prefix}_run(&inputs, &outputs) != {upper}_OK) {{
    Serial.println({prefix}_message());
    {prefix}_init();
    return;
  }}
{print_}
}}
