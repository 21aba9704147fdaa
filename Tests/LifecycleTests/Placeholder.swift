// The first test of Lifecycle replaces this file.
