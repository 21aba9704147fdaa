// The first test of Shell replaces this file.
