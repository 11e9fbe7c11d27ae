"""The real models among the test data, by the names of their files."""

REAL_MODELS = (
    "bodypix_float",
    "cartoongan_dynamic",
    "gesture",
    "gesture_hybrid",
    "microspeech",
    "mlperf_ad_float",
    "mlperf_ad_int8",
    "mlperf_ic_float",
    "mlperf_ic_int8",
    "mlperf_kws_float",
    "mlperf_kws_int8",
    "mlperf_vww_float",
    "mlperf_vww_int8",
    "mobilenet_v2_uint8",
    "person_detection_uint8",
    "sine",
    "style_transform",
)
QUICK_MODELS = tuple(name for name in REAL_MODELS if name != "cartoongan_dynamic")
"""Without the one whose single inference takes as long as all the others; `make prove` runs it, verified as all are."""
