#if defined(__x86_64__)
#include "layer_paths.h"

#include <math.h>

#define LANES 8
#define SUFFIX avx2
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "layer_bodies.h"
#pragma clang attribute pop
#endif
