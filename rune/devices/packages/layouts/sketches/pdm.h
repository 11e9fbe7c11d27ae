#include <{sensor_header}>

/* The microphone's interrupt writes samples here while the rune runs. What does not fit is lost. */
static int16_t waiting[2048];
static const size_t waiting_count = sizeof waiting / sizeof waiting[0];
static volatile size_t next_in = 0;
static volatile size_t next_out = 0;

static void receive() {{
  int16_t samples[128];
  while (PDM.available() > 0) {{
    const int bytes = PDM.read(samples, sizeof samples);
    if (bytes <= 0) {{
      return;
    }}
    for (size_t i = 0; i < (size_t)bytes / sizeof samples[0]; i++) {{
      const size_t after = (next_in + 1) % waiting_count;
      if (after != next_out) {{
        waiting[next_in] = samples[i];
        next_in = after;
      }}
    }}
  }}
}}

static bool begin_sensor() {{
  PDM.onReceive(receive);
  return PDM.begin(1, {hertz}) != 0;
}}

static size_t read_sensor(int16_t *to, size_t room) {{
  size_t count = 0;
  while (count < room && next_out != next_in) {{
    to[count++] = waiting[next_out];
    next_out = (next_out + 1) % waiting_count;
  }}
  return count;
}}
