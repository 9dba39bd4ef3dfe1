package web

var boardWords = map[string]pair{}
