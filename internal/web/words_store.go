package web

var storeWords = map[string]pair{}
