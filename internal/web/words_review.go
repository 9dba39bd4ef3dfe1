package web

var reviewWords = map[string]pair{}
