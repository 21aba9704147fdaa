// The first source of Policies replaces this file.
