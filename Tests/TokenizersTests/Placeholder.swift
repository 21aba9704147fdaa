// The first test of Tokenizers replaces this file.
