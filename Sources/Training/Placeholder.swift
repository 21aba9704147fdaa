// The first source of Training replaces this file.
