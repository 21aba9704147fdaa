/* Chooses a kernel's copy by the path in its argument. */
#pragma once

#include "brain_paths.h"

#if defined(__x86_64__)
#define CALL(name, ...)                                                   \
    switch (path) {                                                       \
    case LORA_PATH_AVX512_BF16: name##_avx512bf16(__VA_ARGS__); break;    \
    case LORA_PATH_AVX512: name##_avx512(__VA_ARGS__); break;             \
    case LORA_PATH_AVX2: name##_avx2(__VA_ARGS__); break;                 \
    case LORA_PATH_NEON:                                                  \
    case LORA_PATH_PORTABLE: name##_portable(__VA_ARGS__); break;         \
    }
#else
#define CALL(name, ...) (void)path, name##_portable(__VA_ARGS__)
#endif
