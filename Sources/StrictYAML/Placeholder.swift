// The first source of StrictYAML replaces this file.
