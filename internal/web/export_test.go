package web

// HasWord says whether the catalogue has a word in both languages.
func HasWord(key string) bool {
	_, known := words[key]
	return known
}

// Says says whether the catalogue holds these very words in a language.
func Says(lang, text string) bool {
	for _, w := range words {
		if w.in(lang) == text {
			return true
		}
	}
	return false
}
