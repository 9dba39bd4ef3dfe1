package web

// HasWord says whether the catalogue has a word in both languages.
func HasWord(key string) bool {
	_, known := words[key]
	return known
}
