package web

var stockWords = map[string]pair{}
