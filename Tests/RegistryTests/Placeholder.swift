// The first test of Registry replaces this file.
