// The first source of Tensors replaces this file.
