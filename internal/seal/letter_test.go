package seal

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/binary"
	"testing"
)

// write seals a letter as a browser does.
func write(t *testing.T, slot []byte, purpose, text string) []byte {
	t.Helper()
	own, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	to, err := ecdh.P256().NewPublicKey(slot[2:])
	if err != nil {
		t.Fatal(err)
	}
	secret, err := own.ECDH(to)
	if err != nil {
		t.Fatal(err)
	}
	point := own.PublicKey().Bytes()
	aead, err := letterCipher(secret, point, purpose)
	if err != nil {
		t.Fatal(err)
	}
	nonce := bytes.Repeat([]byte{7}, nonceSize)
	return aead.Seal(append(append(append([]byte{}, slot[:2]...), point...), nonce...), nonce, []byte(text), nil)
}

// A till seals to the key of its day; the house opens it after a rotation, too, and
// nothing that was changed, cut or meant for another use.
func TestLetters(t *testing.T) {
	one, two := Key{Version: 1}, Key{Version: 2}
	two.bytes[0] = 1
	old := NewKeyring(rand.Reader, one)
	letter := write(t, old.Slot("till"), "till", "陈小平")
	now := NewKeyring(rand.Reader, one, two)
	if got, err := now.OpenLetter("till", letter); err != nil || got != "陈小平" {
		t.Fatalf("%q %v", got, err)
	}
	if slot := now.Slot("till"); binary.BigEndian.Uint16(slot) != 2 || bytes.Equal(slot[2:], old.Slot("till")[2:]) || !bytes.Equal(slot, now.Slot("till")) {
		t.Error("the slot does not follow the newest key")
	}
	for name, x := range map[string]struct {
		ring    *Keyring
		purpose string
		letter  []byte
	}{
		"of another purpose": {now, "desk", letter},
		"cut":                {now, "till", letter[:len(letter)-1]},
		"empty":              {now, "till", nil},
		"changed":            {now, "till", append(bytes.Clone(letter[:len(letter)-1]), letter[len(letter)-1]^1)},
		"no point":           {now, "till", append([]byte{0, 1, 9}, letter[3:]...)},
		"a key not held":     {NewKeyring(rand.Reader, two), "till", letter},
	} {
		if got, err := x.ring.OpenLetter(x.purpose, x.letter); err == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}
