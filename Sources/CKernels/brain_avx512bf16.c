#if defined(__x86_64__)
#include <immintrin.h>

#include <math.h>
#include <string.h>

#define LANES 16
#define SUFFIX avx512bf16
#define LORA_HAS_BF16 1
#include "brain_paths.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma"))), apply_to = function)
#include "brain_bodies.h"
#pragma clang attribute pop
#endif
