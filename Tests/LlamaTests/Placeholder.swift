// The first test of Llama replaces this file.
