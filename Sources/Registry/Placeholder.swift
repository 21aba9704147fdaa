// The first source of Registry replaces this file.
