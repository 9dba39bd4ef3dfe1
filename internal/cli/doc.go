// Package cli is the door for the command line: it reads words and flags and
// holds no rule. What a command does is handed in by app as a function.
package cli
