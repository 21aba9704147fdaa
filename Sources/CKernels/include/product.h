#pragma once

#include <stdint.h>

#include "kernel_path.h"
#include "nf4.h"

/* Products of matrices of 32-bit floats or of brain floats (bf16), summed in 32-bit floats.
 *
 * Operands are read in 32-bit words along the depth k: a float, or a pair of brain floats, element 2j in the low half and 2j + 1 in
 * the high one. A right operand [k, n] is packed in panels of 32 columns: for each word of the depth 32 words, one a column. A left
 * operand [m, k] is read where it lies, or from panels of 14 rows. What does not exist in a panel is zero. */
enum { LORA_LEFT_PANEL = 14, LORA_RIGHT_PANEL = 32 };

enum lora_number {
    LORA_BRAINS,
    LORA_FLOATS,
};

/// left · right as one part of a sum of products
struct lora_product_term {
    const void *left;
    long row_step, word_step, panel_step; /* bytes to the next row, word of the depth, and group of 14 rows of `left` */
    const uint32_t *right;
    long words; /* of the depth */
};

/* What becomes of a product C [m, n]. */
enum lora_product_sink {
    LORA_STORE_FLOATS, /* out = C, 32-bit floats */
    LORA_ADD_FLOATS,   /* out += C, 32-bit floats */
    LORA_STORE_BRAINS, /* out = C, brain floats */
};

/// C = Σ left · right + bias, sent to out [m, n] with out_row elements from row to row. bias [n] may be null.
void lora_product(
    enum lora_kernel_path path, enum lora_number number, const struct lora_product_term *terms, long term_count, long m, long n,
    const float *bias, enum lora_product_sink sink, void *out, long out_row);

/// Packs x [rows, k] as left panels; x_row and k in bytes, of floats or brain floats.
void lora_pack_left(enum lora_kernel_path path, const void *x, long x_row, long rows, long k, uint32_t *panels);
/// Packs xᵀ of brain floats x [k, rows] as left panels; x_row in elements.
void lora_pack_left_across(enum lora_kernel_path path, const uint16_t *x, long x_row, long k, long rows, uint32_t *panels);
/// Packs xᵀ of x [columns, k] as right panels; x_row and k in bytes, of floats or brain floats.
void lora_pack_right(enum lora_kernel_path path, const void *x, long x_row, long columns, long k, uint32_t *panels);
/// Packs brain floats x [k, columns] as right panels; x_row in elements.
void lora_pack_right_across(enum lora_kernel_path path, const uint16_t *x, long x_row, long k, long columns, uint32_t *panels);
/// Packs floats x [k, columns] as right panels; x_row in elements.
void lora_pack_right_across_floats(enum lora_kernel_path path, const float *x, long x_row, long k, long columns, uint32_t *panels);
/// Packs brain floats x [k, columns], widened, as right panels of floats; x_row in elements.
void lora_pack_right_across_widened(
    enum lora_kernel_path path, const uint16_t *x, long x_row, long k, long columns, uint32_t *panels);

/// Packs Wᵀ of rows [first, first + count) of a 4-bit W [rows, columns] as right panels of brain floats, k the columns.
/// columns % 32 = 0.
void lora_pack_right_nf4(
    enum lora_kernel_path path, const struct lora_nf4_tensor *w, enum lora_rounding rounding, long columns, long first, long count,
    uint32_t *panels);
/// Packs columns [first, first + count) of a 4-bit W [rows, columns] as right panels of brain floats, k the rows. All but
/// rows % 32 = 0.
void lora_pack_right_across_nf4(
    enum lora_kernel_path path, const struct lora_nf4_tensor *w, enum lora_rounding rounding, long rows, long columns, long first,
    long count, uint32_t *panels);
