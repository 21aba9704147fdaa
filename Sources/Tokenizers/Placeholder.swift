// The first source of Tokenizers replaces this file.
