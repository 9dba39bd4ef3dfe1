package seal

import "regexp"

// longNumber is a run of seven digits or more, as phones, cards and identity numbers
// are, however they are spaced.
var longNumber = regexp.MustCompile(`[0-9０-９](?:[ \-]?[0-9０-９]){6,}`)

// MaskDigits masks the long numbers in what people typed freely, where a copy of it is
// kept beside the original.
func MaskDigits(text string) string { return longNumber.ReplaceAllString(text, phoneStars) }
