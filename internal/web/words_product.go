package web

var productWords = map[string]pair{}
