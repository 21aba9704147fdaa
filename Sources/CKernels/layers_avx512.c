#if defined(__x86_64__)
#include "layer_paths.h"

#include <math.h>

#define LANES 16
#define SUFFIX avx512
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#include "layer_bodies.h"
#pragma clang attribute pop
#endif
