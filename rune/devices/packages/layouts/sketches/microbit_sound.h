/* The stream of the microphone brings samples while the rune runs. What does not fit is lost. */
static int16_t waiting[2048];
static const size_t waiting_count = sizeof waiting / sizeof waiting[0];
static volatile size_t next_in = 0;
static volatile size_t next_out = 0;
/* The gain on the converter's numbers. Raise it where the app hears too little. */
static const int32_t loudness = 4;
/* The level of silence, 1024 times: it follows slowly. */
static int32_t middle = 0;

class Microphone : public codal::DataSink {{
public:
  codal::SplitterChannel *channel = NULL;

  virtual int pullRequest() {{
    codal::ManagedBuffer buffer = channel->pull();
    const int16_t *samples = (const int16_t *)buffer.getBytes();
    for (int i = 0; i < buffer.length() / 2; i++) {{
      middle = middle == 0 ? samples[i] * 1024L : middle + samples[i] - middle / 1024;
      const int32_t sound = (samples[i] - middle / 1024) * loudness;
      const size_t after = (next_in + 1) % waiting_count;
      if (after != next_out) {{
        waiting[next_in] = (int16_t)(sound > 32767 ? 32767 : sound < -32768 ? -32768 : sound);
        next_in = after;
      }}
    }}
    return DEVICE_OK;
  }}
}};

static Microphone microphone;

/* The converter counts whole microseconds: for 16,000 samples a second it gives 16,129, less than a hundredth more. */
static bool begin_sensor() {{
  if (uBit.adc.setSamplePeriod(1000000 / {hertz}) != DEVICE_OK) {{
    return false;
  }}
  microphone.channel = uBit.audio.rawSplitter->createChannel();
  if (microphone.channel == NULL || microphone.channel->getFormat() != DATASTREAM_FORMAT_16BIT_SIGNED) {{
    return false;
  }}
  microphone.channel->connect(microphone);
  uBit.audio.activateMic();
  return true;
}}

static size_t read_sensor(int16_t *to, size_t room) {{
  size_t count = 0;
  while (count < room && next_out != next_in) {{
    to[count++] = waiting[next_out];
    next_out = (next_out + 1) % waiting_count;
  }}
  if (count == 0) {{
    uBit.sleep(1);
  }}
  return count;
}}
