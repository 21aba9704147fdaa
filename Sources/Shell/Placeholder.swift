// The first source of Shell replaces this file.
