// Package app is configuration and wiring: the one place that knows every
// package. main hands it the words of the command line.
package app
