// Command baihuo is the order hub of a daily-goods retailer, in one binary.
package main

import (
	"os"

	"baihuo/internal/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Stdout, os.Stderr)) }
