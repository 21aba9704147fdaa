#ifndef LORA_KERNEL_PATH_H
#define LORA_KERNEL_PATH_H

/* The instruction sets a kernel may use. Every kernel has a portable path; the others give the same bits, or for the kernels of
 * layers.h the same to rounding. On ARM the portable code is compiled to NEON vectors, and is what both names run. */
enum lora_kernel_path {
    LORA_PATH_PORTABLE = 0,
    LORA_PATH_AVX2 = 1,   /* AVX2 and FMA */
    LORA_PATH_AVX512 = 2, /* AVX-512 F, BW, DQ and VL */
    LORA_PATH_AVX512_BF16 = 3, /* the same with products of brain floats */
    LORA_PATH_NEON = 4,   /* 64-bit ARM */
};

/* The best path that this processor and its operating system support. */
enum lora_kernel_path lora_supported_kernel_path(void);

#endif
