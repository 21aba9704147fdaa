// The first source of Llama replaces this file.
