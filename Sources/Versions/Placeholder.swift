// The first source of Versions replaces this file.
