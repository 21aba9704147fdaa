// The first source of Lifecycle replaces this file.
