#ifndef LORA_NF4_H
#define LORA_NF4_H

#include <stddef.h>
#include <stdint.h>

#include "kernel_path.h"

/* A 4-bit tensor of `count` elements in row-major order: element i is code packed[i / 2] (even i in the high nibble), and stands
 * for table[code] · scale(i / block). The scale of block b is absmax[b] or, with double quantization (absmax is null),
 * map[codes[b]] · nested_absmax[b / nested_block] + offset.
 *
 * With row > 0 the scale of element (r, c) of a matrix of `row` columns, an even number, is that of block
 * r · (row / block) + c / block instead: see NF4Matrix. */
struct lora_nf4_tensor {
    const uint8_t *packed;
    const float *table; /* 16 values */
    size_t count;
    size_t block; /* a multiple of 32 */
    const float *absmax;
    const uint8_t *codes;
    const float *map; /* 256 values */
    const float *nested_absmax;
    size_t nested_block;
    float offset;
    size_t row;
};

enum lora_rounding { LORA_ROUND_NONE = 0, LORA_ROUND_BF16 = 1, LORA_ROUND_F16 = 2 };

/* Elements first ..< first + count of `tensor` as float32, each rounded once to the given type. */
void lora_nf4_decode(const struct lora_nf4_tensor *tensor, size_t first, size_t count, float *out, enum lora_rounding rounding,
                     enum lora_kernel_path path);

/* Block-wise 4-bit codes of w: absmax [ceil(count / block)] and packed [ceil(count / 2)].
 * The code of w is the number of `bounds` (15, ascending) strictly below w / absmax. */
void lora_nf4_quantize(const float *w, size_t count, size_t block, const float *bounds, uint8_t *packed, float *absmax);

#endif
