// The first source of Export replaces this file.
