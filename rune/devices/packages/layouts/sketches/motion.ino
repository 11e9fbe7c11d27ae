/* {title}, fed by the motion sensor of the Nano 33 BLE Sense (Rev2: put Arduino_BMI270_BMM150.h in its place). */
#include <Arduino_LSM9DS1.h>
#include <{header}>

static float {input}[{upper}_INPUT_{capital}_COUNT];
static size_t measured = 0;
static struct {prefix}_outputs outputs;

void setup() {{
  Serial.begin(115200);
  if ({prefix}_init() != {upper}_OK) {{
    Serial.println("The processor does not round as the rune needs it.");
  }}
  if (!IMU.begin()) {{
    Serial.println("There is no motion sensor.");
  }}
}}

void loop() {{
  if (!IMU.accelerationAvailable()) {{
    return;
  }}
  IMU.readAcceleration({input}[measured], {input}[measured + 1], {input}[measured + 2]);
  measured += 3;
  if (measured < {upper}_INPUT_{capital}_COUNT) {{
    return;
  }}
  measured = 0;
  const struct {prefix}_inputs inputs = {{{input}}};
  if ({prefix}_run(&inputs, &outputs) != {upper}_OK) {{
    Serial.println({prefix}_message());
    {prefix}_init();
    return;
  }}
{print_}
}}
