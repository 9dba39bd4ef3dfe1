package web

var orderWords = map[string]pair{}
