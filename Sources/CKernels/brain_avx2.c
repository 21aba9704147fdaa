#if defined(__x86_64__)
#include <immintrin.h>

#include <math.h>
#include <string.h>

#define LANES 8
#define SUFFIX avx2
#include "brain_paths.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "brain_bodies.h"
#pragma clang attribute pop
#endif
