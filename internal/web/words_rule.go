package web

var ruleWords = map[string]pair{}
