#include "kernel_path.h"

enum lora_kernel_path lora_supported_kernel_path(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return LORA_PATH_PORTABLE;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl"))
        return __builtin_cpu_supports("avx512bf16") ? LORA_PATH_AVX512_BF16 : LORA_PATH_AVX512;
    return LORA_PATH_AVX2;
#elif defined(__aarch64__)
    return LORA_PATH_NEON;
#else
    return LORA_PATH_PORTABLE;
#endif
}
