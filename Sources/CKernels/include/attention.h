#pragma once

/* Queries and keys are worked on in tiles of this many rows. */
enum { LORA_ATTENTION_TILE = 64 };

/* Scores are scale · q·k; query p sees key j iff j ≤ p and, with window > 0, j > p − window. */
struct lora_attention {
    long head_size, query_heads, key_heads;
    long window;
    float scale;
};

/* Rows that see each other: queries [query_start, +query_count) are the last query_count positions of the keys
 * [key_start, +key_count). */
struct lora_attention_span {
    long query_start, query_count, key_start, key_count;
};
