package seal

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Text is a personal value as the house carries it: sealed, with a mask that
// anybody signed in may see. It has no field for plaintext and prints as its mask
// in every way Go knows: %v, %+v, %#v, JSON, slog. The zero Text is "no value".
type Text struct {
	Cipher []byte
	Mask   string
}

// IsZero says that there is no value.
func (t Text) IsZero() bool { return len(t.Cipher) == 0 && t.Mask == "" }

// String gives the mask.
func (t Text) String() string { return t.Mask }

// GoString gives the mask.
func (t Text) GoString() string { return t.Mask }

// Format writes the mask, whatever the verb.
func (t Text) Format(s fmt.State, _ rune) { io.WriteString(s, t.Mask) }

// MarshalText gives the mask (XML, CSV, map keys).
func (t Text) MarshalText() ([]byte, error) { return []byte(t.Mask), nil }

// MarshalJSON gives the mask as a JSON string.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(t.Mask) }

// LogValue gives the mask.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.Mask) }

// Bytes is a sealed raw message. It prints as its size alone.
type Bytes []byte

// String gives the size.
func (b Bytes) String() string { return fmt.Sprintf("[sealed, %d bytes]", len(b)) }

// GoString gives the size.
func (b Bytes) GoString() string { return b.String() }

// Format writes the size, whatever the verb.
func (b Bytes) Format(s fmt.State, _ rune) { io.WriteString(s, b.String()) }

// MarshalText gives the size.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// LogValue gives the size.
func (b Bytes) LogValue() slog.Value { return slog.StringValue(b.String()) }
