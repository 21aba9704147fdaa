#pragma once

#include <stdint.h>

#include "kernel_path.h"
#include "nf4.h"

/* Products of matrices of brain floats (bf16), summed in 32-bit floats. Operands are packed in panels: a left operand [m, k] in
 * panels of 14 rows, a right one [k, n] in panels of 32 columns. A panel holds, for each pair of k, one 32-bit word a row or
 * column: element 2j in the low half, element 2j + 1 in the high one. Whatever does not exist is zero. Panels of an operand
 * stand one after the other, pairs · 14 or pairs · 32 words each, pairs = ⌈k / 2⌉. */
enum { LORA_LEFT_PANEL = 14, LORA_RIGHT_PANEL = 32 };

/// left · right as one part of a sum of products
struct lora_product_term {
    const uint32_t *left;
    const uint32_t *right;
    long pairs;
};

/* What becomes of a product C [m, n]. */
enum lora_product_sink {
    LORA_STORE_FLOATS, /* out = C, 32-bit floats */
    LORA_ADD_FLOATS,   /* out += C, 32-bit floats */
    LORA_STORE_BRAINS, /* out = C, brain floats */
};

/// C = Σ left · right + bias, sent to out [m, n] with out_row elements from row to row. bias [n] may be null.
void lora_brain_product(
    enum lora_kernel_path path, const struct lora_product_term *terms, long term_count, long m, long n, const float *bias,
    enum lora_product_sink sink, void *out, long out_row);

/// Packs x [rows, k] as left panels.
void lora_pack_left(enum lora_kernel_path path, const uint16_t *x, long x_row, long rows, long k, uint32_t *panels);
/// Packs xᵀ of x [k, rows] as left panels.
void lora_pack_left_across(enum lora_kernel_path path, const uint16_t *x, long x_row, long k, long rows, uint32_t *panels);
/// Packs xᵀ of x [columns, k] as right panels.
void lora_pack_right(enum lora_kernel_path path, const uint16_t *x, long x_row, long columns, long k, uint32_t *panels);
/// Packs x [k, columns] as right panels.
void lora_pack_right_across(enum lora_kernel_path path, const uint16_t *x, long x_row, long k, long columns, uint32_t *panels);

/// Packs Wᵀ of rows [first, first + count) of a 4-bit W [rows, columns] as right panels, k the columns. columns % 32 = 0.
void lora_pack_right_nf4(
    enum lora_kernel_path path, const struct lora_nf4_tensor *w, enum lora_rounding rounding, long columns, long first, long count, uint32_t *panels);
/// Packs columns [first, first + count) of a 4-bit W [rows, columns] as right panels, k the rows. All but rows % 32 = 0.
void lora_pack_right_across_nf4(
    enum lora_kernel_path path, const struct lora_nf4_tensor *w, enum lora_rounding rounding, long rows, long columns, long first, long count,
    uint32_t *panels);
