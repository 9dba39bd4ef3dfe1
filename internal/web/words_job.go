package web

var jobWords = map[string]pair{}
