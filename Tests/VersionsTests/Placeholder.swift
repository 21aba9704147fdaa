// The first test of Versions replaces this file.
