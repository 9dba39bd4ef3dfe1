package web

var fileWords = map[string]pair{}
